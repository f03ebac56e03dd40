/**
 * The place at which a feed goes on in another log than the one it has followed. What follows that place is all that the
 * feed has not published, and no event from before the feed was made.
 *
 * The logs are the same up to the last place at which both hold the same event, if below the oldest place that the feed knows
 * nothing was stored since: an event that is logged again may land at the place that it had, behind a new one. Where they differ
 * already at that oldest place, as after a restore of an old backup, it is the time alone that decides: what was stored, by
 * Postgres's clock, since the feed forgot of what it had published.
 */

import type { LogPage, LogState } from '../../domain/log.ts';
import { eventKeyOf } from '../../domain/notification.ts';
import type { Published } from './published.ts';

/** An append that was under way when a feed was made has dated its rows a little earlier. */
export const IN_FLIGHT_MS = 1_000;

export interface ReadLog {
  page(shopId: string, since: number, limit: number): Promise<LogPage | undefined>;
  stateAgo(shopId: string, ms: number): Promise<LogState | undefined>;
}

export interface PlaceOptions {
  shopId: string;
  log: ReadLog;
  published: Published;
  pageSize: number;
  now(): number;
}

/** Resolves with undefined where the shop's log is not this one any more. Rejects while the log is away. */
export async function placeInLog(other: LogState, options: PlaceOptions): Promise<number | undefined> {
  const { shopId, log, published, pageSize, now } = options;
  let same: number | undefined;
  for (let since = (published.first ?? Number.POSITIVE_INFINITY) - 1; since < other.head; ) {
    const page = await log.page(shopId, since, pageSize);
    if (page?.epoch !== other.epoch || page.head < other.head) return undefined;
    const agreed = agreedRows(page, published);
    same = agreed.at(-1)?.seq ?? same;
    if (agreed.length === 0 || agreed.length < page.notifications.length) break;
    since = same ?? other.head;
  }
  const knownForMs = now() - published.forgottenAt;
  const then = await log.stateAgo(shopId, same === undefined ? knownForMs : knownForMs - IN_FLIGHT_MS);
  if (then?.epoch !== other.epoch) return undefined;
  const isSame = same !== undefined && then.head >= (published.first ?? 0) - 1;
  return isSame ? same : then.head;
}

/** Those at the beginning of the page that the feed has published at the same places. */
function agreedRows({ notifications }: LogPage, published: Published): LogPage['notifications'] {
  const differs = notifications.findIndex((each) => published.at(each.seq) !== eventKeyOf(each));
  return differs < 0 ? notifications : notifications.slice(0, differs);
}
