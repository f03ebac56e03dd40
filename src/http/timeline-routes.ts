/** One order from created to spoken, over HTTP. */

import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { coversShop, type Grant, shopRefusal } from '../domain/access.ts';
import { normaliseOrderId, type OrderId, OrderIdText, ShopId } from '../domain/order.ts';
import type { OrderTimeline } from '../domain/timeline.ts';
import { refusal, success } from './reply.ts';
import type { Route } from './routes.ts';

/** Undefined where nothing is known of the order in these shops. */
export type ReadTimeline = (
  id: OrderId,
  shops: readonly string[] | '*',
) => Promise<OrderTimeline | undefined>;

export const TimelineQuery = Type.Object({
  shop: Type.Optional({
    ...ShopId,
    description: 'only what is of this shop: orders of others may have the id',
  }),
});

const orderId = Compile(OrderIdText);
const shopId = Compile(ShopId);

export function timelineRoutes(readTimeline: ReadTimeline): Route[] {
  return [
    {
      method: 'GET',
      pattern: '/orders/:id/timeline',
      scope: ['orders:write', 'log:read'],
      handle: async ({ params, query, grant }) => {
        const [id] = params;
        const shop = query.get('shop');
        if (!orderId.Check(id)) {
          return refusal('invalid', 'an order id is 1 to 20 digits without a leading zero');
        }
        if (shop !== null && !shopId.Check(shop)) {
          return refusal('invalid', 'a shop is 1 to 64 of A-Z a-z 0-9 _ -');
        }
        if (shop !== null && !coversShop(grant, shop)) return refusal('forbidden', shopRefusal(shop));
        const timeline = await readTimeline(normaliseOrderId(id), shopsOf(grant, shop));
        return timeline === undefined ? refusal('order-not-found', '订单不存在') : success(timeline);
      },
    },
  ];
}

function shopsOf({ shops }: Grant, asked: string | null): readonly string[] | '*' {
  return asked === null ? shops : [asked];
}
