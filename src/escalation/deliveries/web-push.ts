/**
 * One attempt to reach the browsers of a shop by Web Push (RFC 8030, encrypted by RFC 8291, signed by RFC 8292). It is made
 * when one push service at the least has taken it. A subscription that its push service has forgotten is removed.
 *
 * The package `web-push` encrypts and signs; its own sending is not used: it connects to any address.
 */

import { createHash } from 'node:crypto';
import webPush from 'web-push';
import { messageOf } from '../../platform/errors.ts';
import type { Logger } from '../../platform/logger.ts';
import type { Queryable } from '../../platform/postgres.ts';
import type { PushMessage } from '../../protocol/push-message.ts';
import type { AttemptResult, ClaimedDelivery } from './attempt.ts';
import { type PushSubscription, removeEndpoints, subscriptionsOf } from './push-subscriptions.ts';
import { readRetryAfter } from './schedule.ts';
import { type Posted, post } from './send-request.ts';
import type { AttemptOptions } from './webhook.ts';

/** The keys of this service, by which push services know it. */
export interface VapidKeys {
  publicKey: string;
  privateKey: string;
  /** `mailto:` or `https://`: whom a push service can ask. */
  subject: string;
}

export interface PushOptions extends AttemptOptions {
  pool: Queryable;
  vapid: VapidKeys;
  logger: Logger;
}

/** A push service takes 4096 bytes; a notification on a screen shows fewer. */
const MAX_CONTENT = 300;

/** `unusable`: with these keys nothing can be encrypted. */
type Tried = { subscription: PushSubscription; posted: Posted | { outcome: 'unusable' } };

export async function pushToShop(delivery: ClaimedDelivery, options: PushOptions): Promise<AttemptResult> {
  const { pool, logger } = options;
  const subscriptions = await subscriptionsOf(pool, delivery.shopId);
  const message = messageOfDelivery(delivery);
  const tried = await Promise.all(
    subscriptions.map(async (subscription) => ({
      subscription,
      posted: await push(
        subscription,
        JSON.stringify({ ...message, language: subscription.language }),
        delivery,
        options,
      ),
    })),
  );
  const forgotten = tried.filter(isForgotten).map(({ subscription }) => subscription.endpoint);
  await removeEndpoints(pool, forgotten);
  if (forgotten.length > 0) {
    logger.info({ shopId: delivery.shopId, removed: forgotten.length }, 'push subscriptions were removed');
  }
  return resultOf(tried, options.now());
}

function resultOf(tried: readonly Tried[], nowMs: number): AttemptResult {
  const posted = tried.filter((one) => !isForgotten(one)).map((one) => one.posted);
  const answered = posted.filter((one) => one.outcome === 'answered');
  const taken = answered.filter(({ status }) => status >= 200 && status < 300);
  if (taken.length > 0) {
    return { outcome: 'delivered', result: `${taken[0]?.status}, ${taken.length} of ${tried.length}` };
  }
  if (posted.some((one) => one.outcome === 'failed' && one.why === 'stopped')) return { outcome: 'stopped' };
  if (posted.length === 0) return { outcome: 'ended', result: 'none', reason: 'no-subscription' };
  const words = posted.map((one) => (one.outcome === 'answered' ? String(one.status) : whyOf(one)));
  const waits = answered.map(({ retryAfter }) => readRetryAfter(retryAfter, nowMs));
  const retryAfterMs = Math.max(0, ...waits);
  return {
    outcome: 'failed',
    result: [...new Set(words)].slice(0, 5).join(', '),
    retryAfterMs,
    isStuck: false,
  };
}

function whyOf(posted: Exclude<Tried['posted'], { outcome: 'answered' }>): string {
  return posted.outcome === 'failed' ? posted.why : posted.outcome;
}

function isForgotten({ posted }: Tried): boolean {
  return (
    posted.outcome === 'unusable' || (posted.outcome === 'answered' && [404, 410].includes(posted.status))
  );
}

async function push(
  { endpoint, keys }: PushSubscription,
  message: string,
  { shopId, seq, expiresAt }: ClaimedDelivery,
  options: PushOptions,
): Promise<Tried['posted']> {
  const { vapid, userAgent, now, logger } = options;
  let details: webPush.RequestDetails;
  try {
    details = webPush.generateRequestDetails({ endpoint, keys }, message, {
      vapidDetails: vapid,
      TTL: Math.max(0, Math.floor((expiresAt.getTime() - now()) / 1000)),
      urgency: 'high',
      // A later step of the same alert replaces one that has not been delivered yet.
      topic: createHash('sha256').update(`${shopId} ${seq}`).digest('base64url').slice(0, 32),
    });
  } catch (error) {
    logger.warn({ shopId, error: messageOf(error) }, 'a push subscription cannot be used');
    return { outcome: 'unusable' };
  }
  const headers = { ...details.headers, 'user-agent': userAgent };
  return post({ ...options, url: endpoint, headers, body: details.body ?? '' });
}

/** Of the JSON that webhooks get. */
function messageOfDelivery({ body, shopId, seq }: ClaimedDelivery): Omit<PushMessage, 'language'> {
  const { timestamp, data }: { timestamp: string; data: Record<string, unknown> } = JSON.parse(body);
  const { type, orderId, content } = data;
  return {
    kind: 'escalation',
    shop: shopId,
    seq: seq ?? 0,
    type: typeof type === 'number' ? type : 0,
    orderId: typeof orderId === 'number' ? orderId : String(orderId ?? ''),
    content: [...(typeof content === 'string' ? content : '')].slice(0, MAX_CONTENT).join(''),
    at: timestamp,
  };
}
