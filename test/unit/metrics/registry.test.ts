import { expect } from 'chai';
import {
  createCounter,
  createHistogram,
  createHotHistogram,
  createRegistry,
  type MetricRow,
  printMetrics,
  readCounter,
  readGauge,
  watchProcess,
} from '../../../src/metrics/registry.ts';
import { parseMetrics } from '../../support/metrics.ts';

const row = <const L extends string>(name: string, labels: readonly L[], rest = {}): MetricRow<L> => ({
  type: 'counter',
  name,
  labels,
  help: 'for a test',
  ...rest,
});

describe('a registry of metrics', () => {
  it('knows nothing of another one in the same process', async () => {
    const [one, two] = [createRegistry(), createRegistry()];
    createCounter(one, row('things_total', [])).inc(3);
    createCounter(two, row('things_total', [])).inc(5);
    expect(parseMetrics(await one.metrics()).value('things_total')).to.equal(3);
    expect(parseMetrics(await two.metrics()).value('things_total')).to.equal(5);
  });

  it('prints a hot histogram as the library prints its own, from the start', async () => {
    const [hot, cold] = [createRegistry(), createRegistry()];
    const histogram = row('wait_seconds', [], { type: 'histogram', buckets: [0.001, 0.01, 0.1, 1] });
    const observe = createHotHistogram(hot, histogram);
    const library = createHistogram(cold, histogram);
    expect(await hot.metrics()).to.equal(await cold.metrics());
    for (const value of [0, 0.001, 0.0011, 0.5, 1, 1.5, 0.01, 70]) {
      observe(value);
      library.observe(value);
    }
    expect(await hot.metrics()).to.equal(await cold.metrics());
    hot.setDefaultLabels({ shard: 'a' });
    expect(await hot.metrics()).to.contain('wait_seconds_bucket{le="0.001",shard="a"} 2');
  });

  it('is printed with the metrics of the process, which are there once however often it is watched', async () => {
    watchProcess();
    watchProcess();
    const registry = createRegistry();
    createCounter(registry, row('things_total', ['kind'])).inc({ kind: 'a "quoted" one' });
    const { types, value } = parseMetrics(await printMetrics(registry));
    expect(value('things_total')).to.equal(1);
    expect(types.get('nodejs_eventloop_lag_p99_seconds')).to.equal('gauge');
    expect(value('process_resident_memory_bytes')).to.be.greaterThan(0);
  });

  it('has the buckets of the row in a histogram', async () => {
    const registry = createRegistry();
    createHistogram(registry, row('wait_seconds', [], { buckets: [0.1, 1] })).observe(0.5);
    const { value } = parseMetrics(await registry.metrics());
    const bucket = (le: string) => value('wait_seconds_bucket', { le });
    expect([bucket('0.1'), bucket('1'), bucket('+Inf')]).to.deep.equal([0, 1, 1]);
  });

  it('reads a counter that is kept elsewhere at each scrape', async () => {
    const registry = createRegistry();
    let frames = 7;
    readCounter(registry, row('frames_total', ['to']), () => [[{ to: 'a' }, frames]]);
    expect(parseMetrics(await registry.metrics()).value('frames_total', { to: 'a' })).to.equal(7);
    frames = 9;
    expect(parseMetrics(await registry.metrics()).value('frames_total', { to: 'a' })).to.equal(9);
  });

  it('leaves a gauge out for as long as it cannot be read', async () => {
    const registry = createRegistry();
    let samples: [Record<never, string>, number][] = [[{}, 4]];
    readGauge(registry, row('rows', [], { type: 'gauge' }), async () => samples);
    const rows = async () => parseMetrics(await registry.metrics()).value('rows');
    expect(await rows()).to.equal(4);
    samples = [];
    expect(await rows()).to.equal(undefined);
    samples = [[{}, 0]];
    expect(await rows()).to.equal(0);
  });
});
