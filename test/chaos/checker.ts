/**
 * The judge: proves the guarantees over a whole history, or names what breaks them. Knows nothing of the service's code
 * and shares none with it; is itself tested on doctored histories.
 */

import type { ClientHistory, FollowedLog, History, LogRow } from './history.ts';
import { checkPlainClient } from './plain-checker.ts';

export interface Verdict {
  /** Confirmed, and neither in the log nor in the dead letters; or logged, and not seen by a client that was there. */
  lost: string[];
  /** Logged or seen more than once. */
  doubled: string[];
  /** Holes and wrong turns: in the log's numbers, or in what a client saw. */
  outOfOrder: string[];
  /** Logged or seen without ever having been sent. */
  invented: string[];
}

export function checkHistory(history: History): Verdict {
  const verdict: Verdict = { lost: [], doubled: [], outOfOrder: [], invented: [] };
  const logs = logsByShop(history.log);
  checkLogs(logs, verdict);
  checkPublished(history, verdict);
  checkPayments(history, verdict);
  checkReminders(history, verdict);
  checkOrigins(history, verdict);
  for (const client of history.clients) {
    checkClient(client, logs.get(client.shopId) ?? [], history.logChanges, verdict);
  }
  for (const client of history.plainClients) {
    checkPlainClient(client, logs.get(client.shopId) ?? [], verdict);
  }
  return verdict;
}

export function isClean(verdict: Verdict): boolean {
  return Object.values(verdict).every((faults) => faults.length === 0);
}

function logsByShop(rows: readonly LogRow[]): Map<string, LogRow[]> {
  const logs = new Map<string, LogRow[]>();
  for (const row of rows) {
    const log = logs.get(row.shopId) ?? [];
    log.push(row);
    logs.set(row.shopId, log);
  }
  for (const log of logs.values()) log.sort((a, b) => a.seq - b.seq);
  return logs;
}

/** 1, 2, 3 … in each shop, and each event once in all shops together. */
function checkLogs(logs: Map<string, LogRow[]>, verdict: Verdict): void {
  const events = new Set<string>();
  for (const [shopId, log] of logs) {
    for (const [index, { seq, eventId }] of log.entries()) {
      if (seq !== index + 1) verdict.outOfOrder.push(`log ${shopId}: seq ${seq} in place ${index + 1}`);
      if (events.has(eventId)) verdict.doubled.push(`log ${shopId}: event ${eventId} again at ${seq}`);
      events.add(eventId);
    }
  }
}

function checkPublished({ published, log, deadLetters }: History, verdict: Verdict): void {
  const rows = new Map(log.map((row) => [row.eventId, row]));
  const dead = new Set(deadLetters);
  for (const event of published) {
    const row = rows.get(event.eventId);
    if (event.confirmed && row === undefined && !dead.has(event.eventId)) {
      verdict.lost.push(`event ${event.eventId} of ${event.shopId} is neither logged nor a dead letter`);
    }
    if (row !== undefined && dead.has(event.eventId)) {
      verdict.doubled.push(`event ${event.eventId} is logged and a dead letter`);
    }
    if (row !== undefined && event.invalid)
      verdict.invented.push(`event ${event.eventId} is invalid, and logged`);
    if (row === undefined && !event.invalid && dead.has(event.eventId)) {
      verdict.lost.push(`event ${event.eventId} is good, and a dead letter`);
    }
    if (
      row !== undefined &&
      (row.shopId !== event.shopId || row.type !== event.type || row.orderId !== event.orderId)
    ) {
      verdict.invented.push(`event ${event.eventId} was logged as another one`);
    }
  }
}

/** Each paid order rings exactly once. */
function checkPayments({ paidOrders, confirmedPayments, published, log }: History, verdict: Verdict): void {
  const upstream = new Set(published.map((event) => event.eventId));
  const rings = count(log.filter((row) => row.type === 1 && !upstream.has(row.eventId)).map(orderOf));
  const paid = new Set(paidOrders.map(orderOf));
  for (const order of paid) {
    const times = rings.get(order) ?? 0;
    if (times === 0) verdict.lost.push(`order ${order} is paid and never rang`);
    if (times > 1) verdict.doubled.push(`order ${order} rang ${times} times for one payment`);
  }
  for (const payment of confirmedPayments) {
    if (!paid.has(orderOf(payment)))
      verdict.lost.push(`order ${orderOf(payment)}: the payment was confirmed and is gone`);
  }
}

/** Each reminder that was answered with success rings, and none more often than it was asked for. */
function checkReminders({ reminders, published, log }: History, verdict: Verdict): void {
  const upstream = new Set(published.map((event) => event.eventId));
  const rings = count(log.filter((row) => row.type === 2 && !upstream.has(row.eventId)).map(orderOf));
  for (const { confirmed, attempted, ...order } of reminders) {
    const times = rings.get(orderOf(order)) ?? 0;
    if (times < confirmed)
      verdict.lost.push(`order ${orderOf(order)}: ${confirmed} reminders, rang ${times} times`);
    if (times > attempted)
      verdict.doubled.push(`order ${orderOf(order)}: ${attempted} requests, rang ${times} times`);
  }
}

/** Nothing is in the log that nobody sent. */
function checkOrigins({ published, paidOrders, reminders, log }: History, verdict: Verdict): void {
  const upstream = new Set(published.map((event) => event.eventId));
  const paid = new Set(paidOrders.map(orderOf));
  const reminded = new Set(reminders.map(orderOf));
  for (const row of log) {
    const known = upstream.has(row.eventId) || (row.type === 1 ? paid : reminded).has(orderOf(row));
    if (!known) verdict.invented.push(`log ${row.shopId}: nobody sent ${row.seq}, event ${row.eventId}`);
  }
}

/** A client was told `gone` only where the log became another one; what it saw of each is judged by itself. */
function checkClient(
  { name, logs, stayed }: ClientHistory,
  log: readonly LogRow[],
  logChanges: number,
  verdict: Verdict,
): void {
  for (const [index, { epoch }] of logs.entries()) {
    if (index > 0 && epoch === logs[index - 1]?.epoch) {
      verdict.lost.push(`client ${name} was told gone, and the log is ${epoch} as before`);
    }
  }
  const epochs = new Set(logs.flatMap(({ epoch }) => epoch ?? []));
  if (epochs.size > logChanges + 1) {
    verdict.lost.push(`client ${name} followed ${epochs.size} logs, after ${logChanges} changes`);
  }
  for (const [index, followed] of logs.entries()) {
    checkFollowed(name, followed, log, stayed && index === logs.length - 1, verdict);
  }
}

/** It is the shop's log from the first on, in order, each once; to the end if the client stayed in it. */
function checkFollowed(
  name: string,
  { seen }: FollowedLog,
  log: readonly LogRow[],
  stayed: boolean,
  verdict: Verdict,
): void {
  const known = new Set<number>();
  for (const [index, { seq, eventId }] of seen.entries()) {
    if (known.has(seq)) verdict.doubled.push(`client ${name} saw ${seq} again`);
    else if (seq !== index + 1) verdict.outOfOrder.push(`client ${name} saw ${seq} as number ${index + 1}`);
    known.add(seq);
    const row = log[seq - 1];
    if (row === undefined) verdict.invented.push(`client ${name} saw ${seq}, which the log does not have`);
    else if (row.eventId !== eventId)
      verdict.invented.push(`client ${name} saw ${seq} as ${eventId}, not ${row.eventId}`);
  }
  if (!stayed) return;
  for (const { seq } of log) if (!known.has(seq)) verdict.lost.push(`client ${name} never saw ${seq}`);
}

function orderOf({ shopId, orderId }: { shopId: string; orderId: string }): string {
  return `${shopId}/${orderId}`;
}

function count(keys: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}
