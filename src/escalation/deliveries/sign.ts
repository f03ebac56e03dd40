/**
 * The headers of a webhook by Standard Webhooks (https://www.standardwebhooks.com): `v1` is HMAC-SHA-256 over
 * `<webhook-id>.<webhook-timestamp>.<body>`, once with each secret. Pure. No log may have them.
 */

import { createHmac } from 'node:crypto';

export interface SignedParts {
  /** The same for all attempts. */
  id: string;
  /** Of this attempt, in seconds since 1970. */
  seconds: number;
  body: string;
}

/** `secrets` are `whsec_…`. */
export function signatureHeaders(
  { id, seconds, body }: SignedParts,
  secrets: readonly string[],
): Record<string, string> {
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
    return `v1,${createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64')}`;
  });
  return {
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': signatures.join(' '),
  };
}
