/** A day in numbers: what came of each kind, what became of it, and how soon it was acknowledged. */

import type { DayNumbers, KindNumbers } from '../days/day-values.ts';
import { COUNTED } from '../language/day-strings.ts';
import type { AllStrings } from '../language/later-strings.ts';
import { shownType } from '../model/alert-kinds.ts';
import { durationWords } from './day-words.ts';
import { el } from './dom.ts';

/** Empty where nothing came. */
export function dayTable({ kinds }: DayNumbers, text: AllStrings): HTMLElement | undefined {
  if (kinds.length === 0) return undefined;
  const { days: words } = text;
  const duration = (seconds: number | undefined | null) =>
    seconds === undefined || seconds === null ? words.noTime : durationWords(seconds, text);
  const rows: [string, (kind: KindNumbers) => string][] = [
    ...COUNTED.map((name): [string, (kind: KindNumbers) => string] => [
      words.counts[name],
      (kind) => String(kind[name]),
    ]),
    [words.median, ({ medianSeconds }) => duration(medianSeconds)],
    [words.slowest, ({ slowest }) => duration(slowest?.seconds)],
  ];
  return el(
    'table',
    { class: 'day-numbers', testId: 'day-numbers' },
    el('caption', { class: 'unseen' }, words.numbers),
    el(
      'thead',
      {},
      el(
        'tr',
        {},
        el('th', { attributes: { scope: 'col' } }, words.counted),
        ...kinds.map((kind) => el('th', { attributes: { scope: 'col' } }, text.kind[shownType(kind)])),
      ),
    ),
    el(
      'tbody',
      {},
      ...rows.map(([label, wordsOf]) =>
        el(
          'tr',
          {},
          el('th', { attributes: { scope: 'row' } }, label),
          ...kinds.map((kind) => el('td', {}, wordsOf(kind))),
        ),
      ),
    ),
  );
}
