/**
 * Orders in Postgres, each change together with its event. Guarantees that an order is marked paid, or reminded, if and
 * only if the event is recorded: both are one transaction, so that of any number of concurrent callers one wins.
 */

import { v7 as uuidV7 } from 'uuid';
import {
  type CreateOrder,
  DEFAULT_SHOP,
  isStorableOrderId,
  newOrderNumber,
  type Order,
  type OrderId,
} from '../domain/order.ts';
import { ORDER_REMINDED, type OrderEvent } from '../domain/order-event.ts';
import type { OrderStore, ReminderOutcome } from '../domain/order-store.ts';
import { recordEvent } from '../outbox/record.ts';
import { inTransaction, sqlStateOf } from '../platform/postgres.ts';
import { type MarkPaidOptions, markPaid } from './mark-paid.ts';
import { markRefunded, recordMisfit } from './mark-refunded.ts';
import { eventFields, firstOf, ORDER_COLUMNS, type OrderRow, toOrder } from './order-row.ts';

export interface OrderStoreOptions extends MarkPaidOptions {
  reminders: { readonly cooldownSeconds: number; readonly statuses: readonly number[] };
}

const UNIQUE_VIOLATION = '23505';

/** A generated number is new with all likelihood; so many collisions in a row would be another fault. */
const NUMBER_ATTEMPTS = 3;

export function createOrderStore(options: OrderStoreOptions): OrderStore {
  const { pool, reminders } = options;

  async function insert(number: string, request: CreateOrder): Promise<Order | 'number-taken'> {
    try {
      const { rows } = await pool.query<OrderRow>({
        name: 'create-order',
        text: `INSERT INTO orders (number, shop_id, amount) VALUES ($1, $2, $3) RETURNING ${ORDER_COLUMNS}`,
        values: [number, request.shopId ?? DEFAULT_SHOP, request.amount],
      });
      return toOrder(firstOf(rows));
    } catch (error) {
      if (sqlStateOf(error) === UNIQUE_VIOLATION) return 'number-taken';
      throw error;
    }
  }

  async function find(id: OrderId): Promise<Order | undefined> {
    if (!isStorableOrderId(id)) return undefined;
    const { rows } = await pool.query<OrderRow>({
      name: 'find-order',
      text: `SELECT ${ORDER_COLUMNS} FROM orders WHERE id = $1`,
      values: [id],
    });
    return rows[0] && toOrder(rows[0]);
  }

  return {
    async create(request) {
      if (request.number !== undefined) return insert(request.number, request);
      for (let attempt = 1; attempt < NUMBER_ATTEMPTS; attempt++) {
        const order = await insert(newOrderNumber(new Date(), Math.random), request);
        if (order !== 'number-taken') return order;
      }
      return insert(newOrderNumber(new Date(), Math.random), request);
    },

    find,

    markPaid: (payment, shops, trace) => markPaid(options, payment, shops, trace),
    markRefunded: (refund, trace) => markRefunded(options, refund, trace),
    recordMisfit: (kind, claim) => recordMisfit(options, kind, claim),

    async remind(id, trace) {
      if (!isStorableOrderId(id)) return { outcome: 'not-found' };
      const { statuses, cooldownSeconds } = reminders;
      const recorded = await inTransaction(pool, async (client) => {
        const { rows } = await client.query<OrderRow & { reminded_at: Date }>({
          name: 'mark-reminded',
          text: `UPDATE orders SET reminded_at = clock_timestamp()
                 WHERE id = $1 AND status = ANY ($2::smallint[])
                   AND (reminded_at IS NULL OR reminded_at <= clock_timestamp() - make_interval(secs => $3))
                 RETURNING ${ORDER_COLUMNS}, reminded_at`,
          values: [id, statuses, cooldownSeconds],
        });
        if (rows[0] === undefined) return undefined;
        const reminded = toOrder(rows[0]);
        const occurredAt = rows[0].reminded_at.toISOString();
        const fields = eventFields(reminded);
        const event: OrderEvent = { key: ORDER_REMINDED, eventId: uuidV7(), ...fields, occurredAt };
        return { order: reminded, event: await recordEvent(client, event, trace) };
      });
      if (recorded !== undefined) {
        options.onRecorded(recorded.event);
        return { outcome: 'reminded', order: recorded.order };
      }
      return whyNotReminded(id);
    },
  };

  async function whyNotReminded(id: OrderId): Promise<ReminderOutcome> {
    const { rows } = await pool.query<{ waiting: boolean; seconds_left: number }>({
      name: 'why-not-reminded',
      text: `SELECT status = ANY ($2::smallint[]) AS waiting,
               greatest(1, ceil(extract(epoch FROM reminded_at - clock_timestamp()) + $3))::int AS seconds_left
             FROM orders WHERE id = $1`,
      values: [id, reminders.statuses, reminders.cooldownSeconds],
    });
    if (rows[0] === undefined) return { outcome: 'not-found' };
    if (!rows[0].waiting) return { outcome: 'not-waiting' };
    return { outcome: 'too-soon', retryAfterSeconds: rows[0].seconds_left };
  }
}
