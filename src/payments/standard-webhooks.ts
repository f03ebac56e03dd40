/**
 * Standard Webhooks (https://www.standardwebhooks.com): `webhook-signature: v1,<base64>`, where that is HMAC-SHA-256 over
 * `<webhook-id>.<webhook-timestamp>.<body>`. Senders have a ready library for it in any language.
 */

import { createHmac, timingSafeEqual } from 'node:crypto';
import { decodeExactly } from './exact-base64.ts';

export const WEBHOOK_HEADERS = ['webhook-id', 'webhook-timestamp', 'webhook-signature'] as const;

/** A sender that changes its secret signs with both. */
const MAX_SIGNATURES = 4;

export interface WebhookSignature {
  /** As they were written: these texts were signed. */
  id: string;
  time: string;
  signatures: Buffer[];
}

/** Undefined for what has not the form. Signatures of other versions are for others. */
export function readWebhookSignature(
  headers: Readonly<Record<string, string>>,
): WebhookSignature | undefined {
  const [id = '', time = '', list = ''] = WEBHOOK_HEADERS.map((name) => headers[name]);
  const signatures = list
    .split(' ')
    .filter((one) => one.startsWith('v1,'))
    .map((one) => decodeExactly(one.slice(3)));
  const known = signatures.filter((one) => one?.length === 32);
  if (!/^[!-~]{1,256}$/.test(id) || !/^[0-9]{1,12}$/.test(time)) return undefined;
  if (known.length === 0 || known.length !== signatures.length || known.length > MAX_SIGNATURES)
    return undefined;
  return { id, time, signatures: known.filter((one) => one !== undefined) };
}

/** Compares each with each: how long it takes says nothing of which was nearly right. */
export function isWebhookSigned(
  { id, time, signatures }: WebhookSignature,
  body: Uint8Array,
  secrets: readonly string[],
): boolean {
  let matches = 0;
  for (const secret of secrets) {
    const expected = createHmac('sha256', webhookKey(secret)).update(`${id}.${time}.`).update(body).digest();
    for (const signature of signatures) matches += Number(timingSafeEqual(expected, signature));
  }
  return matches > 0;
}

const PREFIX = 'whsec_';

/** What follows `whsec_` is base64; any other secret is its own bytes. */
function webhookKey(secret: string): Buffer {
  return secret.startsWith(PREFIX) ? Buffer.from(secret.slice(PREFIX.length), 'base64') : Buffer.from(secret);
}
