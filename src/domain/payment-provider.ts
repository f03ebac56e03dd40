/**
 * The seam between the providers of payments and what is done with their notices: what a provider reads out of a callback,
 * and how it is answered. Guarantees of each provider that what it calls verified was signed by the other side.
 */

import type { IncidentKind } from './incident-kinds.ts';
import type { Order } from './order.ts';

export const PROVIDER_NAMES = ['own', 'wechat', 'alipay'] as const;
export type ProviderName = (typeof PROVIDER_NAMES)[number];

/** Where our own form of signature stands. */
export const SIGNATURE_HEADER = 'Orderbell-Signature';

/** What of a notice is kept with an incident: what an operator needs to find the payment, and nothing of who paid. */
export type Evidence = Readonly<Record<string, string | number | boolean>>;

/** What every verified notice says. */
export interface Claim {
  readonly provider: ProviderName;
  /** Of the order; empty where the notice cannot be read. */
  readonly orderNumber: string;
  readonly shopId?: string;
  /** The provider's name of the payment. */
  readonly transactionId?: string;
  /** In fen. */
  readonly amount?: number;
  readonly evidence: Evidence;
}

export interface Payment extends Claim {
  /** An `Instant`; without one the order was paid when its notice came. */
  readonly paidAt?: string;
}

export interface Refund extends Claim {
  readonly transactionId: string;
  /** What is paid back under `refundId` in all: a later notice of the same id may say more. */
  readonly amount: number;
  readonly refundId: string;
}

/** Why a verified notice is for no order of ours, whatever its number is. */
export type MisfitKind = Extract<
  IncidentKind,
  'other-merchant' | 'other-application' | 'other-currency' | 'unreadable' | 'refund-failed'
>;

export type VerifiedNotice =
  | { kind: 'payment'; payment: Payment }
  | { kind: 'refund'; refund: Refund }
  | { kind: 'misfit'; reason: MisfitKind; claim: Claim }
  /** Nothing was paid and nothing was paid back. */
  | { kind: 'irrelevant'; event: string };

/** `probe`: the provider tries out whether a false signature is refused. */
export type NoticeRefusal = 'unverified' | 'probe' | 'not-json' | 'invalid';

export type NoticeRead =
  | { ok: true; verified: VerifiedNotice }
  | { ok: false; reason: NoticeRefusal; message: string };

/** What was recorded of a verified notice. */
export type SettledOutcome =
  /** The order is paid: by this notice, or before, which rings nothing. */
  | { outcome: 'paid' | 'repeated'; order: Order }
  /** What went back is booked: on the order, or on an incident, which is settled by it. */
  | { outcome: 'refunded'; order?: Order }
  /** It could not be applied. `order` where another transaction has paid it. */
  | { outcome: 'incident'; kind: IncidentKind; order?: Order };

/** What came of a callback. */
export type CallbackOutcome =
  | SettledOutcome
  | { outcome: 'irrelevant' }
  | { outcome: 'refused'; reason: NoticeRefusal; message: string }
  /** It could not be recorded: the provider has to come again. */
  | { outcome: 'unavailable' };

export interface ProviderReply {
  status: number;
  headers: Record<string, string>;
  /** Else that of the service's envelope. */
  contentType?: string;
  body: string | Uint8Array;
}

export interface PaymentProvider {
  readonly name: ProviderName;
  /** The path of its callbacks. */
  readonly route: string;
  /** When it gives up waiting for an answer; undefined where that is not known. */
  readonly patienceSeconds?: number;
  /** The headers that it reads, in lower case. */
  readonly headers: readonly string[];
  /** Without a signature the caller has to show a token. */
  readonly isSigned: boolean;
  /** `body` is what came, byte by byte; `now` is in milliseconds since 1970. Never throws. */
  read(headers: Readonly<Record<string, string>>, body: Uint8Array, now: number): NoticeRead;
  /** In the provider's own form. */
  reply(outcome: CallbackOutcome): ProviderReply;
}
