/** Reading the values of options. Each throws what commander shows beside the option's name. */

import { InvalidArgumentError } from 'commander';

export function readCount(text: string): number {
  if (!/^[1-9][0-9]{0,8}$/.test(text)) throw new InvalidArgumentError('a whole number from 1');
  return Number(text);
}

/** So many a second: `10` or `10/s`. */
export function readRate(text: string): number {
  return readCount(text.replace(/\/s$/, ''));
}

export function readSeconds(text: string): number {
  if (!/^[0-9]{1,9}$/.test(text)) throw new InvalidArgumentError('a whole number of seconds');
  return Number(text);
}

export function readTime(text: string): string {
  if (Number.isNaN(Date.parse(text))) throw new InvalidArgumentError('an ISO 8601 time');
  return text;
}
