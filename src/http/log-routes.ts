/** A shop's log over HTTP: by the page, by time, in numbers, and searched. */

import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { coversShop, shopRefusal } from '../domain/access.ts';
import { Count, Epoch, type LogPage, Open } from '../domain/log.ts';
import type {
  FoundNotifications,
  LogSearch,
  LogSearchPage,
  LogSummary,
  RangePage,
  TimeRange,
} from '../domain/log-range.ts';
import { LogEntry, type LoggedNotification, Seq } from '../domain/notification.ts';
import { Instant, ShopId, toUtc, UtcInstant } from '../domain/order.ts';
import { PageLimit, readLimit } from './limit.ts';
import { type Reply, refusal, success } from './reply.ts';
import type { Incoming, Route } from './routes.ts';

/** Each gives undefined for a shop that has no log yet. */
export interface LogQueries {
  page(shopId: string, since: number, limit: number): Promise<LogPage | undefined>;
  range(asked: TimeRange & { shopId: string; since: number; limit: number }): Promise<RangePage | undefined>;
  summary(shopId: string, range: TimeRange): Promise<Omit<LogSummary, 'shop' | 'now'> | undefined>;
  search(search: LogSearch): Promise<FoundNotifications | undefined>;
}

/** Of what was logged from one instant on and before another. */
export const RangeQuery = Type.Object({
  from: Type.Optional({ ...UtcInstant, description: 'logged then or later; ISO 8601 with its offset' }),
  to: Type.Optional({ ...UtcInstant, description: 'logged before then; later than `from`' }),
});

/** What the URL may say besides the shop. */
export const LogQuery = Type.Object({
  since: Type.Optional(Count),
  limit: PageLimit,
  ...RangeQuery.properties,
});

const SOUGHT = '1 to 64 characters';

export const SearchQuery = Type.Object({
  number: Type.String({
    minLength: 1,
    maxLength: 64,
    description: `part of a content or of an order's id, ${SOUGHT}`,
  }),
  before: Type.Optional({ ...Seq, description: 'below this `seq`; else from the newest on' }),
  limit: PageLimit,
});

/** A page of a shop's log. */
export const ShopLog = Type.Object({
  shop: ShopId,
  epoch: Epoch,
  head: Count,
  oldest: Count,
  receipts: Count,
  open: Open,
  now: UtcInstant,
  notifications: Type.Array(LogEntry),
  next: Type.Union([Seq, Type.Null()], { description: 'the `since` of the next page' }),
});
type ShopLog = Static<typeof ShopLog>;

/** A shop without any row has an empty log; the first session or event settles its epoch. */
const NO_LOG = 'none';
const EMPTY: LogPage = { epoch: NO_LOG, head: 0, oldest: 1, receipts: 0, open: 1, notifications: [] };
const NO_NUMBERS = { epoch: NO_LOG, keptFrom: null, isWhole: true, kinds: [] };
const NOTHING: FoundNotifications = { epoch: NO_LOG, notifications: [], next: null, searchedTo: null };

const shopRule = Compile(ShopId);
const sinceRule = Compile(LogQuery.properties.since);
const beforeRule = Compile(SearchQuery.properties.before);
const instantRule = Compile(Instant);

export function logRoutes(reader: LogQueries): Route[] {
  return [
    forShop('/shops/:shop/notifications', (shop, query) => replyWithPage(reader, shop, query)),
    forShop('/shops/:shop/notifications/summary', (shop, query) => replyWithSummary(reader, shop, query)),
    forShop('/shops/:shop/notifications/search', (shop, query) => replyWithFound(reader, shop, query)),
  ];
}

function forShop(pattern: string, reply: (shop: string, query: URLSearchParams) => Promise<Reply>): Route {
  return {
    method: 'GET',
    pattern,
    scope: 'log:read',
    async handle({ params: [shop], query, grant }: Incoming) {
      if (!shopRule.Check(shop)) return refusal('invalid', 'a shop is 1 to 64 of A-Z a-z 0-9 _ -');
      if (!coversShop(grant, shop)) return refusal('forbidden', shopRefusal(shop));
      return reply(shop, query);
    },
  };
}

async function replyWithPage(reader: LogQueries, shop: string, query: URLSearchParams): Promise<Reply> {
  const since = wholeNumber(query.get('since')) ?? 0;
  if (!sinceRule.Check(since)) return refusal('invalid', 'since: must be a whole number from 0');
  const read = readLimit(query);
  if (!read.ok) return read.reply;
  const { limit } = read;
  const range = readTimes(query);
  if (!range.ok) return range.reply;
  const { from, to } = range;
  const isWhole = from === undefined && to === undefined;
  const page: LogPage & { ends?: number } = isWhole
    ? ((await reader.page(shop, since, limit)) ?? EMPTY)
    : ((await reader.range({ shopId: shop, from, to, since, limit })) ?? EMPTY);
  const { epoch, head, oldest, receipts, open, ends = head + 1 } = page;
  const last = page.notifications.at(-1)?.seq;
  const next = last !== undefined && last + 1 < ends ? last : null;
  const notifications = page.notifications.map(toEntry);
  const shopLog: ShopLog = { shop, epoch, head, oldest, receipts, open, now: now(), notifications, next };
  return success(shopLog);
}

async function replyWithSummary(reader: LogQueries, shop: string, query: URLSearchParams): Promise<Reply> {
  const range = readTimes(query);
  if (!range.ok) return range.reply;
  const numbers = (await reader.summary(shop, range)) ?? NO_NUMBERS;
  return success({ shop, now: now(), ...numbers } satisfies LogSummary);
}

async function replyWithFound(reader: LogQueries, shop: string, query: URLSearchParams): Promise<Reply> {
  const number = (query.get('number') ?? '').trim();
  if (number.length === 0 || number.length > 64 || number.includes('\0')) {
    return refusal('invalid', `number: must be ${SOUGHT}`);
  }
  const before = wholeNumber(query.get('before'));
  if (before !== undefined && !beforeRule.Check(before))
    return refusal('invalid', 'before: must be a whole number from 1');
  const read = readLimit(query);
  if (!read.ok) return read.reply;
  const found = (await reader.search({ shopId: shop, number, before, limit: read.limit })) ?? NOTHING;
  const notifications = found.notifications.map(toEntry);
  return success({ shop, now: now(), ...found, notifications } satisfies LogSearchPage);
}

function readTimes(query: URLSearchParams): ({ ok: true } & TimeRange) | { ok: false; reply: Reply } {
  const times: (string | undefined)[] = [];
  for (const name of ['from', 'to']) {
    const text = query.get(name) || undefined;
    if (text !== undefined && !instantRule.Check(text)) {
      return {
        ok: false,
        reply: refusal('invalid', `${name}: must be an ISO 8601 date and time with its offset`),
      };
    }
    times.push(text === undefined ? undefined : toUtc(text));
  }
  const [from, to] = times;
  if (from === undefined || to === undefined || from < to) return { ok: true, from, to };
  return { ok: false, reply: refusal('invalid', 'to: must be later than from') };
}

function toEntry({ shopId: _, ...entry }: LoggedNotification): Static<typeof LogEntry> {
  return entry;
}

function now(): string {
  return new Date().toISOString();
}

/** Undefined where there is none; what is no whole number breaks every rule. */
function wholeNumber(text: string | null): number | undefined {
  if (text === null || text === '') return undefined;
  return /^[0-9]{1,16}$/.test(text) ? Number(text) : Number.NaN;
}
