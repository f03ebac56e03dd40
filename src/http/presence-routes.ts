/** Who hears in a shop, over HTTP, and the list of the deaf shops for the operator. */

import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { coversShop, shopRefusal } from '../domain/access.ts';
import { ShopId } from '../domain/order.ts';
import { type AskedDeafShops, DeafShop, type ShopPresence } from '../domain/presence.ts';
import { refusal, success } from './reply.ts';
import type { Route } from './routes.ts';

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1000;

/** What the URL of the list must and may say. */
export const DeafShopQuery = Type.Object({
  presence: Type.Literal('deaf'),
  after: Type.Optional(ShopId),
  limit: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: MAX_LIMIT,
      default: DEFAULT_LIMIT,
      description: `a whole number from 1 to ${MAX_LIMIT}`,
    }),
  ),
});

export const DeafShopPage = Type.Object({
  shops: Type.Array(DeafShop),
  next: Type.Union([ShopId, Type.Null()], { description: 'the `after` of the next page' }),
});
type DeafShopPage = Static<typeof DeafShopPage>;

const shopRule = Compile(ShopId);

export interface PresenceReader {
  read(shopId: string): Promise<ShopPresence>;
  listDeaf(asked: AskedDeafShops): Promise<DeafShop[]>;
}

export function presenceRoutes(presence: PresenceReader): Route[] {
  return [
    {
      method: 'GET',
      pattern: '/shops/:shop/presence',
      scope: 'log:read',
      handle: async ({ params: [shop], grant }) => {
        if (!shopRule.Check(shop)) return refusal('invalid', 'a shop is 1 to 64 of A-Z a-z 0-9 _ -');
        if (!coversShop(grant, shop)) return refusal('forbidden', shopRefusal(shop));
        return success(await presence.read(shop));
      },
    },
    {
      method: 'GET',
      pattern: '/shops',
      scope: 'ops',
      handle: async ({ query, grant }) => {
        if (query.get('presence') !== 'deaf') return refusal('invalid', 'presence: must be deaf');
        const after = query.get('after') ?? '';
        if (after !== '' && !shopRule.Check(after)) {
          return refusal('invalid', 'after: must be a shop, 1 to 64 of A-Z a-z 0-9 _ -');
        }
        const limit = Number(query.get('limit') ?? DEFAULT_LIMIT);
        if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT) {
          return refusal('invalid', `limit: must be a whole number from 1 to ${MAX_LIMIT}`);
        }
        const shops = await presence.listDeaf({ after, limit, shops: grant.shops });
        const last = shops.length === limit ? shops.at(-1) : undefined;
        const page: DeafShopPage = { shops, next: last?.shop ?? null };
        return success(page);
      },
    },
  ];
}
