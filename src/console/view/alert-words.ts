/** The words for one alert wherever it is shown: its kind, its number, who acknowledged it. Pure. */

import type { Alert } from '../../client/types.ts';
import type { Formats } from '../language/formats.ts';
import type { Strings } from '../language/strings.ts';
import { SHOWN_TYPES, shownType } from '../model/alert-kinds.ts';
import type { Alerts } from '../model/alerts.ts';
import { readWords } from '../model/order-number.ts';
import { tillOf } from '../model/till-name.ts';

/** What stands over the number: the service's own words, unless they are the usual ones. */
export function labelOf({ content }: Alert, text: Strings): string {
  const { label, number } = readWords(content);
  return number === undefined || label === '' || label === '订单号' ? text.alert.number : label;
}

/** Who acknowledged, as people call them. */
export function tillWords(sid: string, own: string, { till }: Strings): string {
  const { name, mark } = tillOf(sid);
  if (sid === own) return name === '' ? till.own : till.ownNamed(name);
  return name === '' ? till.unnamed(mark) : name;
}

/** So many of each kind: `3 new orders`, `1 reminder`. */
export function countWords(alerts: readonly Alert[], text: Strings): string {
  return SHOWN_TYPES.map((type) => ({
    type,
    count: alerts.filter((alert) => shownType(alert) === type).length,
  }))
    .filter(({ count }) => count > 0)
    .map(({ type, count }) => text.several[type](count))
    .join(text.listSeparator);
}

/** Who was told of an open alert, and when; empty of one that others were not told of. */
export function escalatedWords(
  { escalated, dayStart }: Pick<Alerts, 'escalated' | 'dayStart'>,
  seq: number,
  text: Strings,
  formats: Formats,
): string {
  const step = escalated.get(seq);
  if (step === undefined) return '';
  return text.alert.escalated(step.targets.join(text.listSeparator), formats.time(step.at, dayStart));
}
