/** The formats of settings. Each throws the rule that a wrong value breaks, and never the value: it may be a secret. */

import convict from 'convict';

/**
 * The name of a format: a number in [low, high]; `whole` refuses fractions. From the environment it is taken only as
 * digits: convict itself reads `20k` as 20 and `8080x` as 8080.
 */
export function between(low: number, high: number, whole = true): string {
  const kind = whole ? 'a whole number' : 'a number';
  const name = `${kind} from ${low} to ${high}`;
  const check = (value: unknown) => {
    const inRange = typeof value === 'number' && value >= low && value <= high;
    if (!inRange || (whole && !Number.isInteger(value))) throw new Error(`must be ${name}`);
  };
  convict.addFormat({ name, validate: check, coerce: toNumber });
  return name;
}

/** What is no number as one writes it stays text, which no number's check takes. */
function toNumber(value: unknown): unknown {
  return typeof value === 'string' && /^-?[0-9]+(\.[0-9]+)?$/.test(value) ? Number(value) : value;
}

export function matching(pattern: RegExp, rule: string) {
  return (value: unknown) => {
    if (typeof value !== 'string' || !pattern.test(value)) throw new Error(`must be ${rule}`);
  };
}

const LONGEST = { '{orderNumber}': 64, '{orderId}': 20 };

/** A template of what is shown: bounded as it is with the longest values filled in. */
export function template(value: unknown): void {
  if (typeof value !== 'string') throw new Error('must be text');
  const filled = Object.entries(LONGEST).reduce(
    (text, [name, length]) => text.replaceAll(name, 'x'.repeat(length)),
    value,
  );
  if (filled.length > 32_000) throw new Error('must come to at most 32000 characters when it is filled in');
}

/** Only `true` and `false`: convict's own takes whatever is not `false`, a `0` too, for true. */
export const FLAG = 'flag';
convict.addFormat({ name: FLAG, validate: checkFlag, coerce: toFlag });

function checkFlag(value: unknown): void {
  if (typeof value !== 'boolean') throw new Error('must be true or false');
}

function toFlag(value: unknown): unknown {
  return value === 'true' ? true : value === 'false' ? false : value;
}

/**
 * The name of a new format: a list of what `isItem` takes, `fewest` of them at the least. From the environment it is a text
 * with commas.
 */
export function listOf(
  name: string,
  rule: string,
  isItem: (item: string) => boolean,
  fewest: 0 | 1 = 0,
): string {
  const check = (value: unknown) => {
    const items: unknown[] = Array.isArray(value) ? value : [undefined];
    const areItems = items.every((item) => typeof item === 'string' && isItem(item));
    if (!areItems || items.length < fewest) throw new Error(`must be ${rule}`);
  };
  convict.addFormat({ name, validate: check, coerce: toWords });
  return name;
}

function toWords(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  return value === '' ? [] : value.split(',').map((word) => word.trim());
}
