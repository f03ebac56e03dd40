/** The timeline of an order, read from the stages that each know a part of it. */

import { type OrderTimeline, timelineOf } from '../domain/timeline.ts';
import { readFiredSteps } from '../escalation/read-fired-steps.ts';
import type { ReadTimeline } from '../http/timeline-routes.ts';
import { findTracedOrders, readWaitingPayment } from '../orders/order-trail.ts';
import type { Queryable } from '../platform/postgres.ts';
import { readOrderLog } from '../shop-log/order-log.ts';

export function createTimelineReader(pool: Queryable): ReadTimeline {
  return async (id, shops): Promise<OrderTimeline | undefined> => {
    const isCovered = (shopId: string) => shops === '*' || shops.includes(shopId);
    const [found] = await findTracedOrders(pool, id, '');
    const order = found !== undefined && isCovered(found.shopId) ? found : undefined;
    const log = await readOrderLog(pool, id, shops);
    if (order === undefined && log.length === 0) return undefined;
    const isLogged = log.some(({ eventId }) => eventId === order?.paidEventId);
    const waiting = order === undefined || isLogged ? [] : await readWaitingPayment(pool, order);
    const escalations = await readFiredSteps(pool, log);
    const steps = timelineOf({ order, waiting, log, escalations });
    return { orderId: id, number: order?.number ?? null, steps };
  };
}
