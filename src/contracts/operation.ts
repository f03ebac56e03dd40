/** How one thing that can be asked over HTTP is described: its place, what it takes, its answers, its examples. */

import type { TObject, TSchema } from 'typebox';
import type { Scope } from '../domain/access.ts';
import { EscalationPolicy } from '../domain/escalation-policy.ts';
import { LogSearchPage, LogSummary } from '../domain/log-range.ts';
import { CreateOrder, Order } from '../domain/order.ts';
import { PaymentNotice } from '../domain/payment.ts';
import type { ProviderName } from '../domain/payment-provider.ts';
import { ShopPresence } from '../domain/presence.ts';
import { PushRequest } from '../domain/push-subscription.ts';
import { ShopPolicy } from '../domain/shop-policy.ts';
import {
  NewPairing,
  PairedTill,
  PairingRequest,
  RedeemRequest,
  TillList,
  TillToken,
} from '../domain/till.ts';
import { OrderTimeline } from '../domain/timeline.ts';
import { ConsoleSettings } from '../http/console-settings.ts';
import { Health } from '../http/health-routes.ts';
import { IncidentPage } from '../http/incident-routes.ts';
import { ShopLog } from '../http/log-routes.ts';
import { DeafShopPage } from '../http/presence-routes.ts';
import { SubscribedPush } from '../http/push-routes.ts';
import { type ReplyReason, refusal, success } from '../http/reply.ts';

/** The schemas that have a name in the document. */
export const SCHEMAS = {
  ConsoleSettings,
  CreateOrder,
  DeafShopPage,
  EscalationPolicy,
  Health,
  IncidentPage,
  LogSearchPage,
  LogSummary,
  NewPairing,
  Order,
  OrderTimeline,
  PairingRequest,
  PaymentNotice,
  PushRequest,
  RedeemRequest,
  ShopLog,
  ShopPolicy,
  ShopPresence,
  SubscribedPush,
  PairedTill,
  TillList,
  TillToken,
};

export type SchemaName = keyof typeof SCHEMAS;

export interface Operation {
  method: 'get' | 'post' | 'put' | 'delete';
  /** With parameters in braces: `/orders/{id}`. */
  path: string;
  id: string;
  tag: 'orders' | 'payments' | 'log' | 'escalation' | 'tills' | 'sessions' | 'health' | 'pages' | 'contracts';
  summary: string;
  description?: string;
  /** The path's parameters. */
  params?: Record<string, TSchema>;
  /** `join` is what a session may say, which differs by deployment. */
  query?: TObject | 'join';
  body?: SchemaName;
  /** A body that is none of our schemas, by media type. */
  bareBody?: Record<string, TSchema>;
  /** Only where the callbacks of this provider are taken. */
  provider?: ProviderName;
  /** Answers in the provider's own form, over those in the envelope. */
  ownAnswers?: Record<number, object>;
  /** What a token must allow: one of these. Without any, it is open to all. */
  scopes?: readonly Scope[];
  /** A signature stands in for the token, where signatures are checked. */
  signed?: true;
  answer: Answer;
  /** Of its own, besides what any request may be refused for. */
  refusals?: readonly DeclaredRefusal[];
  /** What a refusal may carry as its `data`. */
  refusalData?: SchemaName;
  examples?: readonly Example[];
}

/** With its status where that is not the usual one. */
export type DeclaredRefusal = ReplyReason | { reason: ReplyReason; status: number };

export interface Answer {
  status: number;
  description: string;
  /** What the envelope holds. */
  data?: SchemaName | TSchema;
  /** What is sent without an envelope, by media type. */
  bare?: Record<string, TSchema>;
  /** What each header says. */
  headers?: Record<string, string>;
}

/** One request and its answer, which have the same name in the document. */
export interface Example extends Question {
  name: string;
  status: number;
  answer: unknown;
}

interface Question {
  params?: Record<string, string>;
  query?: Record<string, string | number>;
  body?: unknown;
}

export function succeeds(name: string, question: Question, data: unknown, status = 200): Example {
  return { name, ...question, status, answer: JSON.parse(String(success(data).body)) };
}

export function refused(name: string, question: Question, reason: ReplyReason, msg: string): Example {
  const { status, body } = refusal(reason, msg);
  return { name, ...question, status, answer: JSON.parse(String(body)) };
}
