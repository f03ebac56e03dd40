/** A shop's log over HTTP, page by page. */

import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { coversShop, shopRefusal } from '../domain/access.ts';
import { Count, Epoch, type LogPage, Open } from '../domain/log.ts';
import { LogEntry, Seq } from '../domain/notification.ts';
import { ShopId, UtcInstant } from '../domain/order.ts';
import { PageLimit, readLimit } from './limit.ts';
import { refusal, success } from './reply.ts';
import type { Route } from './routes.ts';

/** Undefined for a shop that has no log yet. */
export type ReadLogPage = (shopId: string, since: number, limit: number) => Promise<LogPage | undefined>;

/** What the URL may say besides the shop. */
export const LogQuery = Type.Object({
  since: Type.Optional(Count),
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
const EMPTY: LogPage = { epoch: 'none', head: 0, oldest: 1, receipts: 0, open: 1, notifications: [] };

const shopId = Compile(ShopId);
const sinceRule = Compile(LogQuery.properties.since);

export function logRoutes(readPage: ReadLogPage): Route[] {
  return [
    {
      method: 'GET',
      pattern: '/shops/:shop/notifications',
      scope: 'log:read',
      handle: async ({ params, query, grant }) => {
        const [shop] = params;
        if (!shopId.Check(shop)) return refusal('invalid', 'a shop is 1 to 64 of A-Z a-z 0-9 _ -');
        if (!coversShop(grant, shop)) return refusal('forbidden', shopRefusal(shop));
        const since = wholeNumber(query.get('since'), 0);
        if (!sinceRule.Check(since)) return refusal('invalid', 'since: must be a whole number from 0');
        const read = readLimit(query);
        if (!read.ok) return read.reply;
        const { limit } = read;
        const page = (await readPage(shop, since, limit)) ?? EMPTY;
        const { epoch, head, oldest, receipts, open } = page;
        const notifications = page.notifications.map(({ shopId: _, ...notification }) => notification);
        const last = notifications.at(-1)?.seq;
        const next = last !== undefined && last < head ? last : null;
        const now = new Date().toISOString();
        const shopLog: ShopLog = { shop, epoch, head, oldest, receipts, open, now, notifications, next };
        return success(shopLog);
      },
    },
  ];
}

function wholeNumber(text: string | null, otherwise: number): number | undefined {
  if (text === null || text === '') return otherwise;
  return /^[0-9]{1,16}$/.test(text) ? Number(text) : undefined;
}
