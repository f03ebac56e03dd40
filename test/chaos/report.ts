/** What a run prints at its end: how often each fault struck, how long recovery took, and the verdict. */

import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';
import type { Verdict } from './checker.ts';
import type { EscalationHistory } from './escalation/history.ts';
import type { History } from './history.ts';

/** Of one kind of fault. */
export interface Struck {
  count: number;
  /** Milliseconds until an event came through again. */
  slowest: number;
}

export interface Report {
  seed: number;
  struck: ReadonlyMap<string, Struck>;
  history: History;
  escalation: EscalationHistory;
  verdict: Verdict;
  crashes: number;
}

export function printReport({ seed, struck, history, escalation, verdict, crashes }: Report): void {
  const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD']).toString().trim();
  console.log(
    `\n${cpus().length} x ${cpus()[0]?.model}, Node ${process.version}, commit ${commit}, seed ${seed}\n`,
  );
  console.log('| fault | times | slowest recovery |\n| --- | --- | --- |');
  for (const [kind, { count, slowest }] of [...struck].sort()) {
    console.log(`| ${kind} | ${count} | ${seconds(slowest)} |`);
  }
  const { log, deadLetters, clients, plainClients, logChanges } = history;
  const injected = [...struck.values()].reduce((sum, { count }) => sum + count, 0);
  console.log(`\nfaults injected ${injected}`);
  console.log(`events ${log.length} logged, ${deadLetters.length} dead letters`);
  console.log(`clients ${clients.length} v1, ${plainClients.length} plain`);
  console.log(`log changes ${logChanges}`);
  printEscalation(escalation);
  console.log(`lost ${verdict.lost.length}`);
  console.log(`doubled ${verdict.doubled.length}`);
  console.log(`out of order ${verdict.outOfOrder.length}`);
  console.log(`invented ${verdict.invented.length}`);
  console.log(`crashes ${crashes}`);
  console.log(`slowest recovery ${seconds(slowestOf(struck))}`);
  for (const fault of Object.values(verdict).flat().slice(0, 20)) console.log(`  ${fault}`);
}

function printEscalation({ alerts, steps, deliveries, received, bell }: EscalationHistory): void {
  const answered = alerts.filter(({ isAnswered }) => isAnswered).length;
  const ended = deliveries.filter(({ state }) => state === 'ended').length;
  const deaf = new Set(bell.filter(({ key }) => key === 'shop.deaf').map(({ id }) => id)).size;
  console.log(
    `alerts under a policy ${alerts.length}, ${answered} answered, steps ${steps.length}, deaf ${deaf}`,
  );
  console.log(`deliveries ${deliveries.length}, ${ended} ended, requests ${received.length}`);
}

export function slowestOf(struck: ReadonlyMap<string, Struck>): number {
  return Math.max(0, ...[...struck.values()].map(({ slowest }) => slowest));
}
