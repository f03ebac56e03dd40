/**
 * Under which licence a library really is: what the text that lies with it grants. What its package.json says counts where
 * there is no such text, or one that is not known here.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What only that licence says; the first that fits. */
const WORDS: readonly (readonly [licence: string, words: RegExp])[] = [
  ['Apache-2.0', /Apache License\s+Version 2\.0/],
  ['MIT', /Permission is hereby granted, free of charge/],
  ['ISC', /Permission to use, copy, modify,? and(\/or)? distribute this software/],
  ['BSD-3-Clause', /Redistributions of source code must retain[\s\S]*Neither the name/],
  ['BSD-2-Clause', /Redistributions of source code must retain/],
];

/** Undefined for a text that none of them is recognised by. */
export function licenceOfText(text: string): string | undefined {
  return WORDS.find(([, words]) => words.test(text))?.[0];
}

/** Of the library in a folder. Undefined where no text lies there, or an unknown one. */
export function licenceOfFolder(directory: string): string | undefined {
  const file = readdirSync(directory).find((name) => /^licen[cs]e(\.(md|txt))?$/i.test(name));
  return file === undefined ? undefined : licenceOfText(readFileSync(join(directory, file), 'utf8'));
}
