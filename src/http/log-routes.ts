/** A shop's log over HTTP, page by page. */

import { Compile } from 'typebox/compile';
import type { LogPage } from '../domain/log.ts';
import { ShopId } from '../domain/order.ts';
import { refusal, success } from './reply.ts';
import type { Route } from './routes.ts';

/** Undefined for a shop that has no log yet. */
export type ReadPage = (shopId: string, since: number, limit: number) => Promise<LogPage | undefined>;

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1000;

/** A shop never heard of has an empty log; its epoch is settled by whoever first listens or is told something. */
const EMPTY: LogPage = { epoch: 'none', head: 0, oldest: 1, receipts: 0, notifications: [] };

const shopId = Compile(ShopId);

export function logRoutes(readPage: ReadPage): Route[] {
  return [
    {
      method: 'GET',
      pattern: '/shops/:shop/notifications',
      handle: async ({ params, query }) => {
        const [shop] = params;
        if (!shopId.Check(shop)) return refusal('invalid', 'a shop is 1 to 64 of A-Z a-z 0-9 _ -');
        const since = wholeNumber(query.get('since'), 0);
        if (since === undefined) return refusal('invalid', 'since: must be a whole number from 0');
        const limit = wholeNumber(query.get('limit'), DEFAULT_LIMIT);
        if (limit === undefined || limit < 1 || limit > MAX_LIMIT) {
          return refusal('invalid', `limit: must be a whole number from 1 to ${MAX_LIMIT}`);
        }
        const page = (await readPage(shop, since, limit)) ?? EMPTY;
        const { epoch, head, oldest, receipts } = page;
        const notifications = page.notifications.map(({ shopId: _, ...notification }) => notification);
        const last = notifications.at(-1)?.seq;
        const next = last !== undefined && last < head ? last : null;
        return success({ shop, epoch, head, oldest, receipts, notifications, next });
      },
    },
  ];
}

function wholeNumber(text: string | null, otherwise: number): number | undefined {
  if (text === null || text === '') return otherwise;
  const value = Number(text);
  return /^[0-9]{1,16}$/.test(text) && Number.isSafeInteger(value) ? value : undefined;
}
