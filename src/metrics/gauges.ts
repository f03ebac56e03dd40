/**
 * What is looked up when Prometheus scrapes. Guarantees that a scrape waits at most a second, that no source is asked more
 * than once a second however many scrape, and that a figure which is missing is counted.
 */

import type pg from 'pg';
import type { QueueDepth } from '../broker/queue-depths.ts';
import type { DeliveryBacklog } from '../escalation/deliveries/backlog.ts';
import type { OpenByAge } from '../escalation/engine/count-open.ts';
import type { Backlog } from '../outbox/backlog.ts';
import { messageOf } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import { createProbe } from '../platform/probe.ts';
import { createCounter, type Labels, type MetricsRegistry, readGauge } from './registry.ts';
import { METRICS } from './table.ts';

const FRESH_MS = 1_000;
const DEADLINE_MS = 1_000;

/** Each shows its metrics from then on. */
export interface Gauges {
  build(labels: Labels<'version' | 'node' | 'uwebsockets'>): void;
  pool(pool: pg.Pool): void;
  /** `isUp` gives for each link to RabbitMQ whether it can be used. */
  links(askPostgres: () => Promise<unknown>, isUp: () => ReadonlyMap<string, boolean>): void;
  outboxes(ask: (exchange: (typeof EXCHANGES)[number]) => Promise<Backlog>): void;
  openIncidents(ask: () => Promise<number>): void;
  deafShops(ask: () => Promise<number>): void;
  deliveries(ask: () => Promise<DeliveryBacklog>): void;
  openNotifications(ask: () => Promise<OpenByAge>): void;
  /** Under the names that they have without a prefix. */
  queues(ask: (queue: (typeof QUEUES)[number]) => Promise<QueueDepth>): void;
  shops(count: () => number): void;
}

const EXCHANGES = ['orders', 'bell'] as const;

const QUEUES = ['notifications', 'notifications.dead'] as const;

export function createGauges(registry: MetricsRegistry, logger: Logger): Gauges {
  const errors = createCounter(registry, METRICS.collectErrors);
  function probe<T>(source: string, ask: () => Promise<T>): () => Promise<T | undefined> {
    errors.inc({ source }, 0);
    return createProbe(ask, {
      freshMs: FRESH_MS,
      deadlineMs: DEADLINE_MS,
      now: () => performance.now(),
      onFailure(error) {
        errors.inc({ source });
        logger.warn({ source, error: messageOf(error) }, 'a figure for the metrics is missing');
      },
    });
  }

  return {
    build({ version, node, uwebsockets }) {
      readGauge(registry, METRICS.buildInfo, () => [[{ version, node, uwebsockets }, 1]]);
    },
    pool(pool) {
      readGauge(registry, METRICS.databaseConnections, () => [
        [{ state: 'busy' }, pool.totalCount - pool.idleCount],
        [{ state: 'idle' }, pool.idleCount],
        [{ state: 'waiting' }, pool.waitingCount],
      ]);
    },
    links(askPostgres, isUp) {
      const answered = probe('postgres', async () => {
        await askPostgres();
        return true;
      });
      readGauge(registry, METRICS.linkUp, async () => {
        const links = [['postgres', (await answered()) === true] as const, ...isUp()];
        return links.map(([link, up]) => [{ link }, up ? 1 : 0]);
      });
    },
    outboxes(ask) {
      const probes = EXCHANGES.map((exchange) => [exchange, probe('outbox', () => ask(exchange))] as const);
      const read = async (figure: keyof Backlog) => {
        const answers = probes.map(
          async ([exchange, backlog]) => [{ exchange }, (await backlog())?.[figure]] as const,
        );
        return (await Promise.all(answers)).flatMap(([labels, value]) =>
          value === undefined ? [] : [[labels, value] as const],
        );
      };
      readGauge(registry, METRICS.outboxRows, () => read('rows'));
      readGauge(registry, METRICS.outboxOldest, () => read('oldestSeconds'));
    },
    openIncidents(ask) {
      const count = probe('incidents', ask);
      readGauge(registry, METRICS.openIncidents, async () => only(await count()));
    },
    deafShops(ask) {
      const count = probe('presence', ask);
      readGauge(registry, METRICS.deafShops, async () => only(await count()));
    },
    deliveries(ask) {
      const backlog = probe('deliveries', ask);
      readGauge(registry, METRICS.deliveriesPending, async () => only((await backlog())?.pending));
      readGauge(registry, METRICS.deliveriesOldest, async () => only((await backlog())?.oldestSeconds));
      readGauge(registry, METRICS.targetsDisabled, async () => only((await backlog())?.disabledTargets));
    },
    openNotifications(ask) {
      const counts = probe('escalations', ask);
      readGauge(registry, METRICS.openNotifications, async () => {
        const byAge = [...((await counts()) ?? [])];
        return byAge.map(([age, count]) => [{ age }, count] as const);
      });
    },
    queues(ask) {
      const probes = QUEUES.map((queue) => [queue, probe('queues', () => ask(queue))] as const);
      const read = async (figure: keyof QueueDepth) => {
        const answers = probes.map(async ([queue, depth]) => [queue, (await depth())?.[figure]] as const);
        const known = await Promise.all(answers);
        return known.flatMap(([queue, value]) => (value === undefined ? [] : [[{ queue }, value] as const]));
      };
      readGauge(registry, METRICS.queueMessages, () => read('messages'));
      readGauge(registry, METRICS.queueConsumers, () => read('consumers'));
    },
    shops(count) {
      readGauge(registry, METRICS.shops, () => [[{}, count()]]);
    },
  };
}

function only(value: number | undefined) {
  return value === undefined ? [] : [[{}, value] as const];
}
