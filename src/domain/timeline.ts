/**
 * One order from created to spoken, step by step. Pure. Guarantees that what a till reports after the notification was dealt
 * with is left out: then it says nothing any more.
 *
 * Times are of several clocks, Postgres's, the payment provider's and the upstreams': a step may seem to come before its cause.
 */

import { type Static, type TProperties, Type } from 'typebox';
import { NotificationType, ReceiptReason, Seq, Sid } from './notification.ts';
import { OrderIdSchema, OrderNumber, PrintableId, ShopId, UtcInstant } from './order.ts';
import type { FirstReport, OrderLogEntry, OrderTrail, TracedStep } from './order-trail.ts';

function stepOf<const What extends string, P extends TProperties>(what: What, more: P) {
  return Type.Object({ at: UtcInstant, what: Type.Literal(what), shopId: ShopId, ...more });
}

const place = { seq: Seq };
const rung = { step: Type.Integer({ minimum: 1 }), cycle: Type.Integer({ minimum: 0 }) };

export const TimelineStep = Type.Union([
  stepOf('created', {}),
  stepOf('paid', { eventId: Type.Optional(PrintableId) }),
  stepOf('reminded', {}),
  stepOf('waits', { key: Type.String({ description: 'the routing key' }), eventId: PrintableId }),
  stepOf('published', { eventId: PrintableId }),
  stepOf('logged', { ...place, type: NotificationType, eventId: PrintableId, occurredAt: UtcInstant }),
  stepOf('broadcast', place),
  stepOf('seen', { ...place, sid: Sid }),
  stepOf('spoken', { ...place, sid: Sid }),
  stepOf('escalated', {
    ...place,
    ...rung,
    when: Type.String({ description: '`unheard` or `unacknowledged`' }),
    targets: Type.Array(Type.String()),
    presence: Type.String({ description: 'whether the shop could hear: `hearing`, `silent` or `deaf`' }),
  }),
  stepOf('delivery', {
    ...place,
    ...rung,
    target: Type.String(),
    state: Type.Enum(['pending', 'delivered', 'ended']),
    attempts: Type.Integer({ minimum: 0 }),
    reason: Type.Optional(Type.String({ description: 'why it ended without having been delivered' })),
  }),
  stepOf('acknowledged', { ...place, sid: Sid }),
  stepOf('resolved', { ...place, reason: ReceiptReason }),
  stepOf('expired', place),
]);
export type TimelineStep = Static<typeof TimelineStep>;

/** What `GET /orders/:id/timeline` shows. */
export const OrderTimeline = Type.Object({
  orderId: OrderIdSchema,
  number: Type.Union([OrderNumber, Type.Null()], {
    description: 'null where it is not an order of this service',
  }),
  steps: Type.Array(TimelineStep, { description: 'in the order of time' }),
});
export type OrderTimeline = Static<typeof OrderTimeline>;

/** Every step that is known, oldest first. */
export function timelineOf({ order, waiting, log, escalations }: OrderTrail): TimelineStep[] {
  const steps: TimelineStep[] = [];
  if (order !== undefined) {
    const { shopId, createdAt, paidAt, paidEventId, remindedAt } = order;
    steps.push({ at: createdAt.toISOString(), what: 'created', shopId });
    const paid = paidEventId === null ? {} : { eventId: paidEventId };
    if (paidAt !== null) steps.push({ at: paidAt.toISOString(), what: 'paid', shopId, ...paid });
    if (remindedAt !== null) steps.push({ at: remindedAt.toISOString(), what: 'reminded', shopId });
    for (const { key, eventId, recordedAt } of waiting) {
      steps.push({ at: recordedAt.toISOString(), what: 'waits', shopId, key, eventId });
    }
  }
  steps.push(...log.flatMap(stepsInLog), ...escalations.flatMap(stepsOfEscalation));
  return steps.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

function stepsInLog(entry: OrderLogEntry): TimelineStep[] {
  const { shopId, seq, type, eventId, settled, expiredAt } = entry;
  const occurredAt = entry.occurredAt.toISOString();
  const logged = { at: entry.storedAt.toISOString(), what: 'logged', type, eventId, occurredAt } as const;
  const steps: TimelineStep[] = [{ ...logged, shopId, seq }];
  const { publishedAt, broadcastAt } = entry;
  if (publishedAt !== null) {
    steps.unshift({ at: publishedAt.toISOString(), what: 'published', shopId, eventId });
  }
  // Before a failover the number may have been another notification's.
  if (broadcastAt !== null && broadcastAt >= entry.storedAt) {
    steps.push({ at: broadcastAt.toISOString(), what: 'broadcast', shopId, seq });
  }
  for (const what of ['seen', 'spoken'] as const) {
    const report = reportInTime(entry, entry[what]);
    if (report === undefined) continue;
    steps.push({ at: report.at.toISOString(), what, shopId, seq, sid: report.sid });
  }
  if (expiredAt !== null) steps.push({ at: expiredAt.toISOString(), what: 'expired', shopId, seq });
  if (settled !== undefined) {
    const { sid, reason } = settled;
    const at = settled.at.toISOString();
    if (reason === 'acknowledged' && sid !== null) {
      steps.push({ at, what: 'acknowledged', shopId, seq, sid });
    } else steps.push({ at, what: 'resolved', shopId, seq, reason });
  }
  return steps;
}

function reportInTime({ settled }: OrderLogEntry, report: FirstReport | undefined): FirstReport | undefined {
  return settled === undefined || report === undefined || report.at <= settled.at ? report : undefined;
}

function stepsOfEscalation(fired: TracedStep): TimelineStep[] {
  const { shopId, seq, step, cycle, condition: when, targets, presence, decidedAt } = fired;
  const at = decidedAt.toISOString();
  const place = { shopId, seq, step, cycle };
  return [
    { at, what: 'escalated', ...place, when, targets: [...targets], presence },
    ...fired.deliveries.map(({ at, target, state, attempts, reason }): TimelineStep => {
      const why = reason === null ? {} : { reason };
      return { at: at.toISOString(), what: 'delivery', ...place, target, state, attempts, ...why };
    }),
  ];
}
