/**
 * Secrets that are none. Pure. Guarantees that what is refused here nobody has drawn by lot: a random text of 32 letters or
 * digits passes all but never otherwise. What passes may be a bad secret all the same.
 */

/** 32 random hexadecimal digits have fewer than 8 different ones once in millions of millions. */
const MIN_DIFFERENT = 8;

/** What stands in examples, in small letters and without what is between them. */
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

export const bytesOf = (text: string) => new TextEncoder().encode(text);

/**
 * Whether it has fewer than 8 different bytes, or fewer than 8 different steps from one byte to the next (a text that
 * repeats itself, or counts), or holds what stands in examples.
 */
export function canBeGuessed(text: string): boolean {
  const bytes = [...bytesOf(text)];
  const steps = bytes.slice(1).map((byte, index) => byte - (bytes[index] ?? 0));
  if (new Set(bytes).size < MIN_DIFFERENT || new Set(steps).size < MIN_DIFFERENT) return true;
  const letters = text.toLowerCase().replace(/[^a-z]/g, '');
  return PLACEHOLDERS.some((word) => letters.includes(word));
}
