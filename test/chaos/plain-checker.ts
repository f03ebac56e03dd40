/**
 * The judge of plain clients: over each of its connections one sees, in order and each once, all that was logged since the
 * connection was opened, whatever happened to the log meanwhile. What is on its way when a connection breaks may be lost.
 */

import type { Verdict } from './checker.ts';
import type { LogRow, PlainConnection, PlainHistory } from './history.ts';

export function checkPlainClient(client: PlainHistory, log: readonly LogRow[], verdict: Verdict): void {
  for (const [index, connection] of client.connections.entries()) {
    checkConnection(`${client.name} (connection ${index + 1})`, connection, log, verdict);
  }
}

function checkConnection(
  who: string,
  { openedAt, seen, stayed }: PlainConnection,
  log: readonly LogRow[],
  verdict: Verdict,
): void {
  // Each order rings once for each type, which the judge of the log makes sure of.
  const places = new Map(log.map((row) => [keyOf(row), row.seq]));
  const known = new Set<number>();
  let highest = 0;
  for (const frame of seen) {
    const seq = places.get(keyOf(frame));
    if (seq === undefined)
      verdict.invented.push(`plain client ${who} saw ${keyOf(frame)}, which is not logged`);
    else if (known.has(seq)) verdict.doubled.push(`plain client ${who} saw ${seq} again`);
    else if (seq < highest) verdict.outOfOrder.push(`plain client ${who} saw ${seq} after ${highest}`);
    if (seq === undefined) continue;
    known.add(seq);
    highest = Math.max(highest, seq);
  }
  const lowest = Math.min(...known);
  for (const { seq, storedAt } of log) {
    const wasThere = storedAt > openedAt || seq > lowest;
    const isDue = stayed || seq < highest;
    if (wasThere && isDue && !known.has(seq)) verdict.lost.push(`plain client ${who} never saw ${seq}`);
  }
}

function keyOf({ type, orderId }: { type: number; orderId: string }): string {
  return `${type}/${orderId}`;
}
