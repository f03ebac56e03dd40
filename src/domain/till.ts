/** A till that was paired by a code: what it asks for, what it gets, and who keeps it. */

import { type Static, Type } from 'typebox';
import { ShopId, UtcInstant } from './order.ts';

export const TillId = Type.String({
  pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$',
  description: 'the id of a paired till',
});

/** What a till may do: follow its shop, acknowledge, and read its log. */
export const TILL_SCOPES = ['listen', 'log:read'] as const;

/** No control characters: the name is shown on other tills and in terminals. */
const TillName = Type.String({
  maxLength: 40,
  pattern: '^[^\\u0000-\\u001f\\u007f]*$',
  description: 'how people call the till, up to 40 characters',
});

const PageUrl = Type.String({
  maxLength: 500,
  pattern: '^https?://[^\\s]+$',
  description: "the console's address, `https://`, for the link",
});

export const PairingRequest = Type.Object(
  { shopId: ShopId, name: Type.Optional(TillName), page: Type.Optional(PageUrl) },
  { additionalProperties: false },
);
export type PairingRequest = Static<typeof PairingRequest>;

export const NewPairing = Type.Object({
  code: Type.String({ pattern: '^[0-9]{6}$' }),
  shopId: ShopId,
  expiresAt: UtcInstant,
  url: Type.Union([Type.String(), Type.Null()], {
    description: 'opens the console and pairs it at once; null where no page is known',
  }),
  qr: Type.Union([Type.Array(Type.String({ pattern: '^[01]+$' })), Type.Null()], {
    description: 'that link as a QR code, row by row, without its quiet zone: 1 is dark',
  }),
});
export type NewPairing = Static<typeof NewPairing>;

export const RedeemRequest = Type.Object(
  {
    code: Type.String({ pattern: '^[0-9]{6}$', description: 'six digits' }),
    name: Type.Optional(TillName),
  },
  { additionalProperties: false },
);
export type RedeemRequest = Static<typeof RedeemRequest>;

export const TillToken = Type.Object({
  token: Type.String(),
  tillId: TillId,
  shopId: ShopId,
  name: Type.String(),
  expiresAt: UtcInstant,
});
export type TillToken = Static<typeof TillToken>;

export const PairedTill = Type.Object({
  id: TillId,
  shopId: ShopId,
  name: Type.String(),
  pairedAt: UtcInstant,
  renewedAt: UtcInstant,
  tokenEndsAt: UtcInstant,
});
export type PairedTill = Static<typeof PairedTill>;

export const TillList = Type.Object({ tills: Type.Array(PairedTill) });

export interface MadePairing {
  code: string;
  /** ISO 8601, in UTC. */
  expiresAt: string;
}

export type Redeemed =
  | { outcome: 'paired'; till: TillToken }
  /** No live code is this one: the try counted. */
  | { outcome: 'unknown' }
  /** It was used, is too old, or ended after too many wrong tries by any callers. */
  | { outcome: 'ended' };

/** The tills of all shops. `by` is the `sub` of the token; undefined where a command asks. */
export interface Tills {
  pair(shopId: string, name: string, by: string | undefined): Promise<MadePairing>;
  redeem(code: string, name: string | undefined): Promise<Redeemed>;
  /** Undefined where the till was removed. */
  renew(id: string): Promise<TillToken | undefined>;
  /** Those whose token has not ended, the newest first. */
  list(shopId: string): Promise<PairedTill[]>;
  /** Undefined where the caller's shops have no such till. */
  remove(id: string, shops: '*' | readonly string[], by: string | undefined): Promise<PairedTill | undefined>;
}
