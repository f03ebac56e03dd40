/** What is kept of a notice: the fields of a list, as text that every table and terminal takes. Pure. */

import type { Evidence } from '../domain/payment-provider.ts';

/** No field that is kept is longer at any provider. */
const MAX_CHARACTERS = 256;

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is for
const CONTROLS = /[\u0000-\u001f\u007f-\u009f]/g;

/** Fields that are neither text, number nor boolean are left out. */
export function keptFields(fields: Readonly<Record<string, unknown>>, names: readonly string[]): Evidence {
  const kept: Record<string, string | number | boolean> = {};
  for (const name of names) {
    const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (typeof value === 'string') kept[name] = plainText(value);
    else if (typeof value === 'boolean' || Number.isFinite(value)) kept[name] = value as number | boolean;
  }
  return kept;
}

/** Without control characters and halves of surrogate pairs, which Postgres refuses. */
function plainText(text: string): string {
  return Buffer.from(text.slice(0, MAX_CHARACTERS).replace(CONTROLS, ' ')).toString();
}
