/** One attempt to call a webhook. Only 2xx is a success; a redirect is a failure like any other, and 410 is the last word. */

import type { LookupFunction } from 'node:net';
import type { WebhookTarget } from '../../domain/escalation-target.ts';
import type { AttemptResult, ClaimedDelivery } from './attempt.ts';
import { readRetryAfter } from './schedule.ts';
import { post } from './send-request.ts';
import { signatureHeaders } from './sign.ts';

export interface AttemptOptions {
  userAgent: string;
  deadlineMs: number;
  /** Undefined connects to any address. */
  lookup: LookupFunction | undefined;
  signal: AbortSignal;
  /** Milliseconds since 1970. */
  now(): number;
}

export async function callWebhook(
  { id, body }: ClaimedDelivery,
  { url, secrets }: WebhookTarget,
  options: AttemptOptions,
): Promise<AttemptResult> {
  const { userAgent, now } = options;
  const seconds = Math.floor(now() / 1000);
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'user-agent': userAgent,
    ...signatureHeaders({ id, seconds, body }, secrets),
  };
  const posted = await post({ ...options, url, headers, body });
  if (posted.outcome === 'failed') {
    if (posted.why === 'stopped') return { outcome: 'stopped' };
    return { outcome: 'failed', result: posted.why, retryAfterMs: 0, isStuck: true };
  }
  const { status, retryAfter } = posted;
  const result = String(status);
  if (status >= 200 && status < 300) return { outcome: 'delivered', result };
  if (status === 410) return { outcome: 'ended', result, reason: 'gone' };
  return { outcome: 'failed', result, retryAfterMs: readRetryAfter(retryAfter, now()), isStuck: false };
}
