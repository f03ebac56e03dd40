/**
 * The judge of escalation: each step was decided once and told on the exchange `bell`, none after the answer was seen; each
 * delivery reached its target under one id or ended with a reason; each alert was answered or expired, and none expired without
 * a step; deaf and hearing alternate. Shares no code with the service.
 */

import type { Verdict } from '../checker.ts';
import type { DeliveryRow, EscalationHistory, ReceivedRequest, StepPlace } from './history.ts';

/** An attempt that began before the answer may still be on its way: 15 s, and a process may be stopped for 12 s meanwhile. */
const LATEST_ATTEMPT_MS = 30_000;

export function checkEscalation(history: EscalationHistory, verdict: Verdict): void {
  checkSteps(history, verdict);
  checkAlerts(history, verdict);
  checkResolutions(history, verdict);
  checkDeliveries(history, verdict);
  checkReceived(history, verdict);
  checkBell(history, verdict);
  checkEdges(history, verdict);
}

function checkSteps({ steps, observedReceipts }: EscalationHistory, verdict: Verdict): void {
  const decided = new Set<string>();
  const answeredAt = new Map(observedReceipts.map((receipt) => [alertOf(receipt), receipt.at]));
  for (const step of steps) {
    const place = placeOf(step);
    if (decided.has(place)) verdict.doubled.push(`step ${place} was decided again`);
    decided.add(place);
    const late = step.decidedAt - (answeredAt.get(alertOf(step)) ?? Number.POSITIVE_INFINITY);
    if (late > 0) verdict.invented.push(`step ${place} was decided ${late} ms after its answer was seen`);
  }
}

function checkAlerts({ alerts, steps, stillOpen }: EscalationHistory, verdict: Verdict): void {
  const escalated = new Set(steps.map(alertOf));
  if (stillOpen > 0) verdict.lost.push(`${stillOpen} alerts still wait for their next step`);
  for (const { isAnswered, hasExpired, ...alert } of alerts) {
    const name = alertOf(alert);
    if (isAnswered) continue;
    if (!hasExpired) verdict.lost.push(`alert ${name} was neither answered nor did it expire`);
    if (!escalated.has(name)) verdict.lost.push(`alert ${name} was not answered and never escalated`);
  }
}

/** Also where it came before the payment. */
function checkResolutions({ resolutions, alerts }: EscalationHistory, verdict: Verdict): void {
  const answered = new Set(alerts.filter(({ isAnswered }) => isAnswered).map(orderOf));
  for (const { confirmed, ...order } of resolutions) {
    if (confirmed && !answered.has(orderOf(order))) {
      verdict.lost.push(`order ${orderOf(order)} was dealt with elsewhere, and its alert stayed open`);
    }
  }
}

function checkDeliveries({ steps, deliveries, received }: EscalationHistory, verdict: Verdict): void {
  const taken = new Set(received.filter(({ wasTaken }) => wasTaken).map(({ id }) => id));
  const made = new Set<string>();
  for (const delivery of deliveries) {
    const name = nameOf(delivery);
    if (made.has(name)) verdict.doubled.push(`delivery ${name} was made again`);
    made.add(name);
    checkEnd(delivery, name, taken, verdict);
  }
  for (const step of steps) {
    for (const target of step.targets) {
      const name = `${placeOf(step)} to ${target}`;
      if (!made.has(name)) verdict.lost.push(`step ${name} has no delivery`);
    }
  }
  const decided = new Set(steps.map(placeOf));
  for (const { place } of deliveries) {
    if (place && !decided.has(placeOf(place))) {
      verdict.invented.push(`a delivery is of step ${placeOf(place)}, which was not decided`);
    }
  }
}

function checkEnd({ id, state, reason }: DeliveryRow, name: string, taken: Set<string>, verdict: Verdict) {
  switch (state) {
    case 'delivered':
      if (!taken.has(id)) verdict.lost.push(`delivery ${name} counts as delivered, and no receiver took it`);
      break;
    case 'ended':
      if (!reason) verdict.lost.push(`delivery ${name} ended without a reason`);
      break;
    default:
      verdict.lost.push(`delivery ${name} is still ${state}`);
  }
}

/** The receivers' own record: one id for each delivery, over all its attempts. */
function checkReceived(
  { received, deliveries, observedReceipts }: EscalationHistory,
  verdict: Verdict,
): void {
  const known = new Map(deliveries.map((delivery) => [delivery.id, nameOf(delivery)]));
  const answeredAt = new Map(observedReceipts.map((receipt) => [alertOf(receipt), receipt.at]));
  for (const request of received) {
    const { id, isSigned, at, place } = request;
    const name = nameOf(request);
    if (!isSigned) verdict.invented.push(`request ${id} of ${name} was not signed`);
    if (known.get(id) !== name) {
      verdict.invented.push(`request ${id} says that it is of ${name}, and is of ${known.get(id)}`);
    }
    const late = place && at - (answeredAt.get(alertOf(place)) ?? Number.POSITIVE_INFINITY);
    if (late && late > LATEST_ATTEMPT_MS) {
      verdict.invented.push(`request ${id} of ${name} came ${late} ms after its answer was seen`);
    }
  }
}

/** What is published twice has the same id. */
function checkBell({ steps, bell }: EscalationHistory, verdict: Verdict): void {
  const ids = new Map<string, string>();
  for (const { id, key, place } of bell) {
    if (key !== 'notification.escalated' || place === undefined) continue;
    const name = placeOf(place);
    const first = ids.get(name) ?? id;
    if (first !== id) verdict.doubled.push(`step ${name} is on the bell as ${first} and as ${id}`);
    ids.set(name, first);
  }
  for (const step of steps) {
    const name = placeOf(step);
    if (!ids.has(name)) verdict.lost.push(`step ${name} was never on the bell`);
  }
}

/** The first is deaf, and each that follows is the other one. */
function checkEdges({ bell }: EscalationHistory, verdict: Verdict): void {
  const seen = new Set<string>();
  const last = new Map<string, string>();
  const edges = bell.filter(({ key }) => key.startsWith('shop.'));
  // A repeat, and what was not confirmed at first, may come late.
  for (const { id, key, shopId } of edges.toSorted((a, b) => a.occurredAt - b.occurredAt)) {
    if (seen.has(id)) continue;
    seen.add(id);
    const expected = last.get(shopId) === 'shop.deaf' ? 'shop.hearing' : 'shop.deaf';
    if (key !== expected) verdict.outOfOrder.push(`shop ${shopId}: ${key} where ${expected} had to come`);
    last.set(shopId, key);
  }
}

function nameOf({
  place,
  target,
  id,
}: Pick<DeliveryRow | ReceivedRequest, 'place' | 'target' | 'id'>): string {
  return place ? `${placeOf(place)} to ${target}` : `${id} to ${target}`;
}

function alertOf({ shopId, seq }: { shopId: string; seq: number }): string {
  return `${shopId}/${seq}`;
}

function orderOf({ shopId, orderId }: { shopId: string; orderId: string }): string {
  return `${shopId}/${orderId}`;
}

function placeOf({ shopId, seq, cycle, step }: StepPlace): string {
  return `${shopId}/${seq} cycle ${cycle} step ${step}`;
}
