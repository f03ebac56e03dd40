/**
 * A form-encoded body as bytes. Guarantees that a name stands once: of two values the signature's side and ours could take
 * different ones. What the bytes mean is for the charset to say, so each is one character here, as in latin1.
 */

/** More than any provider sends. */
const MAX_FIELDS = 100;

const NAME = /^[A-Za-z0-9_.-]{1,64}$/;

/** Undefined for what is no form, in which a name is repeated, or of too many fields. */
export function parseForm(body: Uint8Array): Map<string, string> | undefined {
  const pairs = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('latin1').split('&');
  if (pairs.length > MAX_FIELDS) return undefined;
  const fields = new Map<string, string>();
  for (const pair of pairs) {
    const middle = pair.indexOf('=');
    const name = middle < 0 ? '' : pair.slice(0, middle);
    const value = percentDecoded(pair.slice(middle + 1));
    if (!NAME.test(name) || fields.has(name) || value === undefined) return undefined;
    fields.set(name, value);
  }
  return fields;
}

function percentDecoded(text: string): string | undefined {
  const spaced = text.replaceAll('+', ' ');
  if (/%(?![0-9a-f]{2})/i.test(spaced)) return undefined;
  return spaced.replace(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
