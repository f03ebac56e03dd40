/**
 * The words of a ring. Pure. A text is the merchant's own or, where that is empty, the default of the language. In it are
 * filled in:
 *
 * | placeholder | is                                                                                            |
 * | ----------- | --------------------------------------------------------------------------------------------- |
 * | `{content}` | the alert's text, such as `订单号： 2025030617143500001`                                         |
 * | `{orderId}` | the order's id                                                                                |
 * | `{tail}`    | the last four of the number at the end of `content`, else of the id: what is read on a receipt |
 * | `{count}`   | how many alerts the phrase is about                                                           |
 *
 * Of several alerts the newest one's are taken. What is none of these stays as it is. Voices read a run of digits as
 * one number, nineteen quadrillion and so on: so `{tail}` and, from five digits on, any other run is spelled.
 */

import type { Alert } from '../../client/types.ts';
import { en } from '../language/en.ts';
import { zh } from '../language/zh.ts';
import type { RingKind } from './motifs.ts';
import type { SoundSettings } from './types.ts';

export const DEFAULT_TEXTS = { zh: zh.phrases, en: en.phrases };

/** A longer text is cut, so that it cannot keep the next one waiting. */
const MOST_CHARACTERS = 300;

/** Of the kind; `alerts` are those it is about, the oldest first. */
export function phraseOf(
  kind: RingKind,
  alerts: readonly Pick<Alert, 'orderId' | 'content'>[],
  settings: Pick<SoundSettings, 'language' | 'texts'>,
): string {
  const name = kind !== 'linkLost' && alerts.length > 1 ? (`${kind}Several` as const) : kind;
  // The merchant can word only what this version knows.
  const own = name === 'other' || name === 'otherSeveral' ? '' : settings.texts[name].trim();
  const text = own || DEFAULT_TEXTS[settings.language][name];
  const newest = alerts.at(-1);
  const filled = text.replace(/\{(content|orderId|tail|count)\}/g, (placeholder, what: string) => {
    if (what === 'count') return String(alerts.length);
    if (newest === undefined) return '';
    if (what === 'tail') return tailOf(newest);
    if (what === 'content') return spellLongNumbers(newest.content);
    return what === 'orderId' ? spellLongNumbers(String(newest.orderId)) : placeholder;
  });
  return filled.slice(0, MOST_CHARACTERS).trim();
}

/** The last four of the number or word that ends `content`, spelled; of the order's id if there is none. */
function tailOf({ orderId, content }: Pick<Alert, 'orderId' | 'content'>): string {
  const number = /[a-z0-9]*[0-9][a-z0-9]*$/i.exec(content.trimEnd())?.[0] ?? String(orderId);
  return spell(number.slice(-4));
}

function spellLongNumbers(text: string): string {
  return text.replace(/[0-9]{5,}/g, spell);
}

function spell(text: string): string {
  return [...text].join(' ');
}
