/**
 * Orders in Postgres, each change together with its event. Guarantees that an order is marked paid, or reminded, if and
 * only if the event is recorded: both are one transaction, decided by one conditional update, so that of any number of
 * concurrent callbacks one wins.
 */

import type pg from 'pg';
import { v7 as uuidV7 } from 'uuid';
import {
  CANCELLED,
  type CreateOrder,
  DEFAULT_SHOP,
  isStorableOrderId,
  newOrderNumber,
  normaliseOrderId,
  type Order,
  type OrderId,
  type OrderStatus,
  type PayStatus,
  toUtc,
  UNPAID,
} from '../domain/order.ts';
import {
  ORDER_PAID,
  ORDER_REMINDED,
  type OrderEvent,
  type OrderPaid,
  type OrderReminded,
} from '../domain/order-event.ts';
import type { OrderStore, ReminderOutcome } from '../domain/order-store.ts';
import { inTransaction, sqlStateOf } from '../platform/postgres.ts';
import { recordEvent } from './record.ts';

export interface OrderStoreOptions {
  pool: pg.Pool;
  reminders: { readonly cooldownSeconds: number; readonly statuses: readonly number[] };
  /** Called after the commit of the transaction that recorded this event. */
  onRecorded(event: OrderEvent): void;
}

const UNIQUE_VIOLATION = '23505';

/** A generated number is new with all likelihood; so many collisions in a row would be another fault. */
const NUMBER_ATTEMPTS = 3;

/** Named one by one: a statement that asks for all columns is outdated by the next migration that adds one. */
const COLUMNS = 'id, number, shop_id, amount, status, pay_status, created_at, paid_at';

interface OrderRow {
  id: string;
  number: string;
  shop_id: string;
  amount: number;
  status: OrderStatus;
  pay_status: PayStatus;
  created_at: Date;
  paid_at: Date | null;
}

export function createOrderStore(options: OrderStoreOptions): OrderStore {
  const { pool, reminders } = options;

  async function insert(number: string, request: CreateOrder): Promise<Order | 'number-taken'> {
    try {
      const { rows } = await pool.query<OrderRow>({
        name: 'create-order',
        text: `INSERT INTO orders (number, shop_id, amount) VALUES ($1, $2, $3) RETURNING ${COLUMNS}`,
        values: [number, request.shopId ?? DEFAULT_SHOP, request.amount],
      });
      return toOrder(first(rows));
    } catch (error) {
      if (sqlStateOf(error) === UNIQUE_VIOLATION) return 'number-taken';
      throw error;
    }
  }

  async function findBy(column: 'id' | 'number', value: OrderId): Promise<Order | undefined> {
    if (column === 'id' && !isStorableOrderId(value)) return undefined;
    const { rows } = await pool.query<OrderRow>({
      name: `find-order-by-${column}`,
      text: `SELECT ${COLUMNS} FROM orders WHERE ${column} = $1`,
      values: [value],
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

    find: (id) => findBy('id', id),

    async markPaid(notice) {
      const recorded = await inTransaction(pool, async (client) => {
        const eventId = uuidV7();
        const { rows } = await client.query<OrderRow>({
          name: 'mark-paid',
          text: `UPDATE orders SET status = 2, pay_status = 1, paid_at = coalesce($2, now()), transaction_id = $3,
                   paid_event_id = $4
                 WHERE number = $1 AND status = 1 RETURNING ${COLUMNS}`,
          values: [notice.outTradeNo, notice.paidAt && toUtc(notice.paidAt), notice.transactionId, eventId],
        });
        if (rows[0] === undefined) return undefined;
        const paid = toOrder(rows[0]);
        const occurredAt = paid.paidAt ?? new Date().toISOString();
        const event: OrderPaid = { key: ORDER_PAID, eventId, ...eventFields(paid), occurredAt };
        await recordEvent(client, event);
        return { order: paid, event };
      });
      if (recorded !== undefined) {
        options.onRecorded(recorded.event);
        return { outcome: 'paid', order: recorded.order };
      }
      const existing = await findBy('number', notice.outTradeNo);
      if (existing === undefined) return { outcome: 'not-found' };
      if (existing.status === CANCELLED && existing.payStatus === UNPAID) return { outcome: 'cancelled' };
      return { outcome: 'repeated', order: existing };
    },

    async remind(id) {
      if (!isStorableOrderId(id)) return { outcome: 'not-found' };
      const { statuses, cooldownSeconds } = reminders;
      const recorded = await inTransaction(pool, async (client) => {
        const { rows } = await client.query<OrderRow & { reminded_at: Date }>({
          name: 'mark-reminded',
          text: `UPDATE orders SET reminded_at = clock_timestamp()
                 WHERE id = $1 AND status = ANY ($2::smallint[])
                   AND (reminded_at IS NULL OR reminded_at <= clock_timestamp() - make_interval(secs => $3))
                 RETURNING ${COLUMNS}, reminded_at`,
          values: [id, statuses, cooldownSeconds],
        });
        if (rows[0] === undefined) return undefined;
        const reminded = toOrder(rows[0]);
        const occurredAt = rows[0].reminded_at.toISOString();
        const fields = eventFields(reminded);
        const event: OrderReminded = { key: ORDER_REMINDED, eventId: uuidV7(), ...fields, occurredAt };
        await recordEvent(client, event);
        return { order: reminded, event };
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

function eventFields(order: Order) {
  return { orderId: order.id, orderNumber: order.number, shopId: order.shopId };
}

function toOrder(row: OrderRow): Order {
  return {
    id: normaliseOrderId(row.id),
    number: row.number,
    shopId: row.shop_id,
    amount: row.amount,
    status: row.status,
    payStatus: row.pay_status,
    createdAt: row.created_at.toISOString(),
    paidAt: row.paid_at?.toISOString() ?? null,
  };
}

function first<T>(rows: readonly T[]): T {
  const [row] = rows;
  if (row === undefined) throw new Error('the statement returned no row');
  return row;
}
