/**
 * The name of a till, as it travels in its `sid`: `<name>-<random>`. A `sid` may hold `A-Z a-z 0-9 . _ -` only, so
 * every other character of a name is written as its UTF-16 units, `_524d`. Pure. Guarantees that what is made is a valid
 * `sid` of at most 64 characters, and that `tillOf` gives the name back.
 */

const RANDOM_LENGTH = 8;
const MAX_NAME_LENGTH = 64 - 1 - RANDOM_LENGTH;

/** Who has no name. */
const NAMELESS = 'till';

export interface Till {
  /** Empty where the till has none. */
  readonly name: string;
  /** Tells tills without a name apart; empty for one that another front end named. */
  readonly mark: string;
}

/** `random` gives 0 to 1. */
export function makeSid(name: string, random: () => number): string {
  const mark = Array.from({ length: RANDOM_LENGTH }, () => Math.floor(random() * 36).toString(36)).join('');
  return `${encode(name) || NAMELESS}-${mark}`;
}

/** As much of a name as fits a `sid`. */
export function fittingName(name: string): string {
  let fitting = '';
  for (const character of name.trim().replace(/\s+/g, ' ')) {
    if (written(fitting + character).length > MAX_NAME_LENGTH) break;
    fitting += character;
  }
  return fitting;
}

export function tillOf(sid: string): Till {
  const [, encoded, mark] = new RegExp(`^(.+)-([0-9a-z]{${RANDOM_LENGTH}})$`).exec(sid) ?? [];
  if (encoded === undefined || mark === undefined) return { name: sid, mark: '' };
  if (encoded === NAMELESS) return { name: '', mark: mark.slice(0, 4).toUpperCase() };
  return { name: decode(encoded) ?? sid, mark };
}

function encode(name: string): string {
  return written(fittingName(name));
}

function written(name: string): string {
  if (name === NAMELESS) return '_0074ill';
  return name.replace(/[^A-Za-z0-9.-]/g, (unit) => `_${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Undefined for what we did not write. */
function decode(encoded: string): string | undefined {
  if (/_(?![0-9a-f]{4})/.test(encoded)) return undefined;
  return encoded.replace(/_([0-9a-f]{4})/g, (_, unit: string) =>
    String.fromCharCode(Number.parseInt(unit, 16)),
  );
}
