/**
 * What is told of a shop that is deaf, or hears again: one event on the exchange `bell`, and of the policy in force a delivery
 * to each target of its first step for what is unheard, else of its first step. Pure.
 */

import type { ReadyPolicy } from '../../domain/escalation-policy.ts';
import type { EscalationTargets } from '../../domain/escalation-target.ts';
import type { BellEvent } from '../../outbox/record-bell.ts';
import type { NewDelivery } from '../deliveries/insert-deliveries.ts';

/** Times are milliseconds since 1970, by Postgres's clock. */
export type ShopChange =
  /** `since`: when its last session that could sound went. */
  | { key: 'shop.deaf'; shopId: string; since: number }
  | { key: 'shop.hearing'; shopId: string; deafSince: number };

export interface ShopReport {
  event: BellEvent;
  deliveries: NewDelivery[];
}

export interface ShopReportParts {
  /** Of the event and its deliveries. */
  eventId: string;
  /** Undefined where none applies: then there are no deliveries. */
  policy: ReadyPolicy | undefined;
  targets: EscalationTargets;
  now: number;
}

export function shopReport(
  change: ShopChange,
  { eventId, policy, targets, now }: ShopReportParts,
): ShopReport {
  const { key, shopId } = change;
  const occurredAt = new Date(now).toISOString();
  const body = { eventId, shopId, occurredAt, ...timesOf(change) };
  const event = { key, messageId: eventId, body };
  if (policy === undefined) return { event, deliveries: [] };
  const text = JSON.stringify({ type: key, timestamp: occurredAt, data: body });
  const expiresAt = new Date(now + policy.expireAfterSeconds * 1000);
  const deliveries = targetsOfShop(policy, targets).map((target) => ({
    type: key,
    shopId,
    step: undefined,
    target,
    bellEventId: eventId,
    body: text,
    expiresAt,
  }));
  return { event, deliveries };
}

function timesOf(change: ShopChange) {
  switch (change.key) {
    case 'shop.deaf':
      return { since: new Date(change.since).toISOString() };
    case 'shop.hearing':
      return { deafSince: new Date(change.deafSince).toISOString() };
  }
}

/** Without the shop's own tills: it is they that hear nothing. A target that is not configured any more gets its reason. */
function targetsOfShop({ steps }: ReadyPolicy, configured: EscalationTargets): readonly string[] {
  const step = steps.find(({ when }) => when === 'unheard') ?? steps[0];
  return step?.targets.filter((name) => configured.get(name)?.kind !== 'web-push') ?? [];
}
