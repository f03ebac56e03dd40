/**
 * Callbacks that are signed with a secret of both sides: `Orderbell-Signature: t=<unix seconds>,v1=<hex>`, where `v1` is
 * HMAC-SHA-256 over `<t>.<body>`, the body byte by byte. A caller without the secret learns nothing but
 * that it does not match. A callback that is sent again within the window is taken again: a payment is recorded once,
 * however often it is told.
 */

import { createHmac, timingSafeEqual } from 'node:crypto';
import { SIGNATURE_HEADER } from '../domain/payment-provider.ts';

export interface SignatureSettings {
  /** Any of them signs: while one is changed for another there are two. */
  readonly secrets: readonly string[];
  /** How far the time of a signature may be from ours, in either direction. */
  readonly windowSeconds: number;
}

/** A sender that changes its secret signs with both; more than a few are no mistake. */
const MAX_SIGNATURES = 4;

/** What is wrong with the header, undefined where nothing is; `now` is in milliseconds since 1970. */
export function signatureFault(
  header: string | undefined,
  body: Uint8Array,
  { secrets, windowSeconds }: SignatureSettings,
  now: number,
): string | undefined {
  if (header === undefined || header === '') return `the header ${SIGNATURE_HEADER} is missing`;
  const signed = readSignature(header);
  if (signed === undefined) {
    return `the header ${SIGNATURE_HEADER} must be t=<unix seconds>,v1=<64 hex digits>`;
  }
  if (!isSigned(signed, body, secrets)) return 'the signature does not match';
  // Only now: to a caller that cannot sign the window says nothing.
  const apart = Math.abs(now / 1000 - Number(signed.time));
  return apart <= windowSeconds ? undefined : `the signature's time is over ${windowSeconds} s from ours`;
}

/** What goes into the header: for those who send callbacks. `time` is in seconds since 1970. */
export function signPayment(body: string | Uint8Array, secret: string, time: number): string {
  return `t=${time},v1=${digest(String(time), body, secret).toString('hex')}`;
}

interface Signed {
  /** As it was written: this text was signed. */
  time: string;
  signatures: Buffer[];
}

/** What is named neither `t` nor `v1` is for others. Two times, as of two headers, are none. */
function readSignature(text: string): Signed | undefined {
  const parts = text.split(',').map((part) => part.trim());
  const of = (name: string) =>
    parts.filter((part) => part.startsWith(`${name}=`)).map((part) => part.slice(name.length + 1));
  const [time, ...otherTimes] = of('t');
  const signatures = of('v1');
  if (time === undefined || otherTimes.length > 0 || !/^[0-9]{1,12}$/.test(time)) return undefined;
  if (signatures.length === 0 || signatures.length > MAX_SIGNATURES) return undefined;
  if (!signatures.every((one) => /^[0-9a-f]{64}$/i.test(one))) return undefined;
  return { time, signatures: signatures.map((one) => Buffer.from(one, 'hex')) };
}

/** Compares each with each: how long it takes says nothing of which was nearly right. */
function isSigned({ time, signatures }: Signed, body: Uint8Array, secrets: readonly string[]): boolean {
  let matches = 0;
  for (const secret of secrets) {
    const expected = digest(time, body, secret);
    for (const signature of signatures) matches += Number(timingSafeEqual(expected, signature));
  }
  return matches > 0;
}

function digest(time: string, body: string | Uint8Array, secret: string): Buffer {
  return createHmac('sha256', secret).update(`${time}.`).update(body).digest();
}
