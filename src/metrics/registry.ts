/**
 * Metrics for Prometheus. One registry a service, so that several in a process do not meet; what is the process's own
 * (CPU, memory, event loop, garbage collection) is measured once for all of them. Guarantees that a figure which
 * is missing is left out, not made up.
 */

import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** One metric, as the table of them has it. */
export interface MetricRow<L extends string = string> {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly name: string;
  readonly help: string;
  readonly labels: readonly L[];
  /** Upper bounds; of a histogram only. */
  readonly buckets?: readonly number[];
}

export type Labels<L extends string> = Readonly<Record<L, string>>;

/** One sample of a metric that is read when it is scraped. */
export type Sample<L extends string> = readonly [labels: Labels<L>, value: number];

export const METRICS_CONTENT_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

export type MetricsRegistry = Registry;

export function createRegistry(): MetricsRegistry {
  return new Registry();
}

/** prom-client's observer of the garbage collector cannot be ended, so there is one for all services of the process. */
let ofProcess: Registry | undefined;

/** The event loop and the garbage collector are watched from now on. */
export function watchProcess(): void {
  if (ofProcess !== undefined) return;
  ofProcess = new Registry();
  collectDefaultMetrics({ register: ofProcess });
}

/** The registry's metrics and, once it is watched, those of the process, in Prometheus's text format. */
export async function printMetrics(registry: MetricsRegistry): Promise<string> {
  return (await registry.metrics()) + ((await ofProcess?.metrics()) ?? '');
}

export function createCounter<L extends string>(registry: MetricsRegistry, row: MetricRow<L>): Counter<L> {
  return new Counter({ ...headOf(row), registers: [registry] });
}

/** Values are observed in seconds, unless the row's name says otherwise. */
export function createHistogram<L extends string>(
  registry: MetricsRegistry,
  row: MetricRow<L>,
): Histogram<L> {
  return new Histogram({ ...headOf(row), buckets: [...(row.buckets ?? [])], registers: [registry] });
}

/**
 * A histogram without labels on a path that is too hot for the library's own, which looks its labels up at each value:
 * the same figures, by two additions. Returns what takes a value.
 */
export function createHotHistogram(registry: MetricsRegistry, row: MetricRow): (value: number) => void {
  const bounds = row.buckets ?? [];
  const counts = bounds.map(() => 0);
  let count = 0;
  let sum = 0;
  const print = async () => {
    const values: { value: number; labels: { le?: number | string }; metricName: string }[] = [];
    let below = 0;
    const bucket = (le: number | string, value: number) =>
      values.push({ metricName: `${row.name}_bucket`, labels: { le }, value });
    bounds.forEach((bound, index) => {
      below += counts[index] ?? 0;
      bucket(bound, below);
    });
    bucket('+Inf', count);
    values.push({ metricName: `${row.name}_sum`, labels: {}, value: sum });
    values.push({ metricName: `${row.name}_count`, labels: {}, value: count });
    return { name: row.name, help: row.help, type: row.type, aggregator: 'sum', values };
  };
  const histogram = new Histogram({ ...headOf(row), buckets: [...bounds], registers: [registry] });
  // The registry prints by the second one where there is one.
  Object.assign(histogram, { get: print, getForPromString: print });
  return (value) => {
    count++;
    sum += value;
    const index = bounds.findIndex((bound) => value <= bound);
    if (index >= 0) counts[index] = (counts[index] ?? 0) + 1;
  };
}

/** A counter that is kept elsewhere, by a mere addition on a path that is too hot for labels, and read at each scrape. */
export function readCounter<L extends string>(
  registry: MetricsRegistry,
  row: MetricRow<L>,
  read: () => readonly Sample<L>[],
): void {
  new Counter({
    ...headOf(row),
    registers: [registry],
    collect() {
      this.reset();
      for (const [labels, value] of read()) this.inc(labels, value);
    },
  });
}

/** A gauge that is read at each scrape; a figure that is missing has no sample. `read` must not reject. */
export function readGauge<L extends string>(
  registry: MetricsRegistry,
  row: MetricRow<L>,
  read: () => readonly Sample<L>[] | Promise<readonly Sample<L>[]>,
): void {
  new Gauge({
    ...headOf(row),
    registers: [registry],
    async collect() {
      const samples = await read();
      this.reset();
      if (samples.length === 0 && row.labels.length === 0) this.remove();
      for (const [labels, value] of samples) this.set(labels, value);
    },
  });
}

function headOf<L extends string>({ name, help, labels }: MetricRow<L>) {
  return { name, help, labelNames: [...labels] };
}
