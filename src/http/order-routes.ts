/** Orders and reminders over HTTP: what is checked here, and how each outcome of the store is answered. */

import type { TObject } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';
import { coversShop, type Grant, shopOf, shopRefusal } from '../domain/access.ts';
import { CreateOrder, normaliseOrderId, type Order, type OrderId, OrderIdText } from '../domain/order.ts';
import type { OrderStore } from '../domain/order-store.ts';
import { firstFault } from '../domain/schema-fault.ts';
import { type Reply, refusal, success } from './reply.ts';
import type { Incoming, Route } from './routes.ts';

const createOrder = Compile(CreateOrder);
const orderId = Compile(OrderIdText);

/** Existing front ends show these two as they are. */
const notFound = () => refusal('order-not-found', '订单不存在');
const notWaiting = () => refusal('order-not-waiting', '订单状态错误');

export function orderRoutes(orders: OrderStore): Route[] {
  /** Undefined also where it is of a shop that the caller's token does not cover: a caller learns nothing of the others' orders. */
  async function findFor(grant: Grant, id: OrderId): Promise<Order | undefined> {
    const order = await orders.find(id);
    return order !== undefined && coversShop(grant, order.shopId) ? order : undefined;
  }

  async function remind({ params, isPrefetch, grant, trace }: Incoming): Promise<Reply> {
    if (isPrefetch) return refusal('forbidden', 'a reminder cannot be prefetched');
    return withOrderId(params[0], async (id) => {
      // An order stays with its shop: what is found now holds still when it is reminded of.
      if (grant.shops !== '*' && (await findFor(grant, id)) === undefined) return notFound();
      const reminded = await orders.remind(id, trace);
      switch (reminded.outcome) {
        case 'reminded':
          return success(reminded.order);
        case 'not-found':
          return notFound();
        case 'not-waiting':
          return notWaiting();
        case 'too-soon':
          return refusal('reminder-too-soon', '催单过于频繁，请稍后再试', {
            'Retry-After': String(reminded.retryAfterSeconds),
          });
      }
    });
  }

  return [
    {
      method: 'POST',
      pattern: '/orders',
      takesBody: 'json',
      scope: 'orders:write',
      handle: ({ body, grant }) =>
        withBody(CreateOrder, createOrder, body, async (request) => {
          const shopId = shopOf(grant, request.shopId);
          if (shopId === undefined) return refusal('forbidden', shopRefusal(request.shopId));
          const order = await orders.create({ ...request, shopId });
          if (order === 'number-taken') return refusal('number-taken', '订单号已被使用');
          return success(order, 201, { Location: `/orders/${order.id}` });
        }),
    },
    {
      method: 'GET',
      pattern: '/orders/:id',
      scope: ['orders:write', 'log:read'],
      handle: ({ params, grant }) =>
        withOrderId(params[0], async (id) => {
          const order = await findFor(grant, id);
          return order === undefined ? notFound() : success(order);
        }),
    },
    { method: 'POST', pattern: '/orders/:id/reminders', scope: 'reminders:write', handle: remind },
    {
      method: 'GET',
      pattern: '/reminder/:id',
      unsafe: true,
      scope: 'reminders:write',
      handle: remind,
    },
  ];
}

async function withBody<T>(
  schema: TObject,
  validator: Validator<Record<never, never>, TObject, T>,
  body: unknown,
  handle: (value: T) => Promise<Reply>,
): Promise<Reply> {
  if (!validator.Check(body)) return refusal('invalid', firstFault(schema, validator.Errors(body)));
  return handle(body);
}

async function withOrderId(
  text: string | undefined,
  handle: (id: OrderId) => Promise<Reply>,
): Promise<Reply> {
  if (!orderId.Check(text)) return refusal('invalid', 'an order id is 1 to 20 digits without a leading zero');
  return handle(normaliseOrderId(text));
}
