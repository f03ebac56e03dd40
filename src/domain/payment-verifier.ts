/** How a payment's callback is told from a forged one. Each payment provider signs in a form of its own. */

/** Where our own form of signature stands. */
export const SIGNATURE_HEADER = 'Orderbell-Signature';

export type PaymentVerdict = { ok: true } | { ok: false; message: string };

export interface PaymentVerifier {
  /** The headers that it looks at, in lower case. */
  readonly headers: readonly string[];
  /** `body` is what came, byte by byte. A provider whose keys have to be fetched first may take its time. */
  verify(
    headers: Readonly<Record<string, string>>,
    body: Uint8Array,
  ): PaymentVerdict | Promise<PaymentVerdict>;
}
