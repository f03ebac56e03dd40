/**
 * What counts as a secret. Pure. A random text of 32 letters or digits practically always passes. A text that passes may
 * still be a bad secret.
 */

/** A key shorter than the hash is guessed sooner than a signature (RFC 7518 section 3.2). */
export const MIN_SECRET_BYTES = 32;

/** 32 random hexadecimal digits have fewer than 8 different ones once in millions of millions. */
const MIN_DIFFERENT = 8;

/** Words from examples, in small letters and without separators. */
const PLACEHOLDERS = [
  'changeme',
  'changethis',
  'replaceme',
  'replacethis',
  'placeholder',
  'password',
  'insertyour',
  'yoursecret',
  'yourbitsecret',
  'yourjwtsecret',
  'mysecretkey',
  'supersecret',
  'stringsecretatleast',
];

const bytesOf = (text: string) => new TextEncoder().encode(text);

const isLong = (text: string) => bytesOf(text).length >= MIN_SECRET_BYTES;

export const isSecret = (text: string) => isLong(text) && !canBeGuessed(text);

/** A format: throws the rule that the value breaks, and never the value. */
export function secret(value: unknown): void {
  if (typeof value !== 'string' || !isLong(value)) {
    throw new Error(`must have at least ${MIN_SECRET_BYTES} bytes`);
  }
  if (canBeGuessed(value)) {
    throw new Error('can be guessed: take a random one, such as of openssl rand -hex 32');
  }
}

/**
 * Whether it has fewer than 8 different bytes, or fewer than 8 different steps from one byte to the next (a text that
 * repeats itself, or counts), or a word from an example.
 */
function canBeGuessed(text: string): boolean {
  const bytes = [...bytesOf(text)];
  const steps = bytes.slice(1).map((byte, index) => byte - (bytes[index] ?? 0));
  if (new Set(bytes).size < MIN_DIFFERENT || new Set(steps).size < MIN_DIFFERENT) return true;
  const letters = text.toLowerCase().replace(/[^a-z]/g, '');
  return PLACEHOLDERS.some((word) => letters.includes(word));
}
