/**
 * Callbacks of payment providers: each reads its own form, what it verified goes to the orders, and it answers in its own
 * form, in time. Guarantees that nothing is settled for a provider that was not recorded: whatever fails is asked for again.
 */

import { shopRefusal } from '../domain/access.ts';
import type { OrderStore } from '../domain/order-store.ts';
import type { PayableShops } from '../domain/payment.ts';
import type { CallbackOutcome, PaymentProvider, VerifiedNotice } from '../domain/payment-provider.ts';
import type { TraceContext } from '../domain/trace-context.ts';
import { withDeadline } from '../platform/deadline.ts';
import { AppError, messageOf } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import { isUnavailable } from '../platform/postgres.ts';
import { createThrottledLog, type ThrottledLog } from '../platform/throttled-log.ts';
import { type Reply, refusal } from './reply.ts';
import type { Incoming, Route } from './routes.ts';

export interface PaymentRoutesOptions {
  providers: readonly PaymentProvider[];
  orders: Pick<OrderStore, 'markPaid' | 'markRefunded' | 'recordMisfit'>;
  /** Milliseconds since 1970. */
  now(): number;
  /** Counts what came of each callback. Must be quick and not throw. */
  observe(provider: PaymentProvider['name'], outcome: CallbackOutcome): void;
  logger: Logger;
}

/** For the way there and back, and for what other requests hold up. */
const MARGIN_MS = 1_000;

export function paymentRoutes(options: PaymentRoutesOptions): Route[] {
  const warn = createThrottledLog(options.logger, () => performance.now());
  return options.providers.map((provider) => ({
    method: 'POST',
    pattern: provider.route,
    takesBody: 'bytes',
    readsHeaders: provider.headers,
    ...(provider.isSigned ? {} : { scope: 'payments:notify' as const }),
    handle: (incoming) => answerCallback(provider, incoming, options, warn),
  }));
}

async function answerCallback(
  provider: PaymentProvider,
  { headers, rawBody, grant, trace }: Incoming,
  options: PaymentRoutesOptions,
  warn: ThrottledLog,
): Promise<Reply> {
  // A signature is of the provider, which is every shop's.
  const shops = provider.isSigned ? '*' : grant.shops;
  const settle = async (outcome: CallbackOutcome | Promise<CallbackOutcome>): Promise<Reply> => {
    const came = await outcome;
    options.observe(provider.name, came);
    return { ...provider.reply(came) };
  };
  const read = provider.read(headers, rawBody, options.now());
  if (!read.ok) {
    report(provider, read, options.logger, warn);
    return settle({ outcome: 'refused', reason: read.reason, message: read.message });
  }
  const forbidden = refuseShop(shops, read.verified);
  return forbidden ?? settle(recordInTime(provider, read.verified, { shops, trace }, options));
}

/** On whose behalf a notice is recorded, and in which trace. */
interface Caller {
  shops: PayableShops;
  trace: TraceContext | undefined;
}

async function recordInTime(
  provider: PaymentProvider,
  verified: VerifiedNotice,
  caller: Caller,
  { orders, logger }: PaymentRoutesOptions,
): Promise<CallbackOutcome> {
  const { name, patienceSeconds } = provider;
  if (verified.kind === 'irrelevant') {
    logger.info({ provider: name, event: verified.event }, 'a callback is of no payment and no refund');
    return { outcome: 'irrelevant' };
  }
  const recording = record(verified, caller, orders);
  if (patienceSeconds === undefined) return recording;
  try {
    return await withDeadline(recording, patienceSeconds * 1000 - MARGIN_MS, 'recording a callback');
  } catch (error) {
    if (isUnavailable(error) || error instanceof AppError)
      logger.warn({ provider: name, error: messageOf(error) }, 'a callback has to come again');
    else logger.error({ provider: name, err: error }, 'a callback failed');
    return { outcome: 'unavailable' };
  }
}

function record(
  verified: Exclude<VerifiedNotice, { kind: 'irrelevant' }>,
  { shops, trace }: Caller,
  orders: PaymentRoutesOptions['orders'],
): Promise<CallbackOutcome> {
  switch (verified.kind) {
    case 'payment':
      return orders.markPaid(verified.payment, shops, trace);
    case 'refund':
      return orders.markRefunded(verified.refund, trace);
    case 'misfit':
      return orders.recordMisfit(verified.reason, verified.claim);
  }
}

/** Before an order is looked for: the answer says nothing of what another shop has. */
function refuseShop(shops: PayableShops, verified: VerifiedNotice): Reply | undefined {
  if (shops === '*') return undefined;
  if (shops.length === 0) return refusal('forbidden', 'the token is for no shop');
  const asked = verified.kind === 'payment' ? verified.payment.shopId : undefined;
  const covered = asked === undefined || shops.includes(asked);
  return covered ? undefined : refusal('forbidden', shopRefusal(asked));
}

/** A false signature of a probe is the provider's own. Anything else unverified is a forger, or a key that was changed. */
function report(
  { name, isSigned }: PaymentProvider,
  refused: { reason: string; message: string },
  logger: Logger,
  warn: ThrottledLog,
): void {
  if (!isSigned) return;
  const facts = { provider: name, reason: refused.reason, message: refused.message };
  if (refused.reason === 'probe') logger.debug(facts, 'a callback was refused');
  else warn(facts, 'callbacks were refused');
}
