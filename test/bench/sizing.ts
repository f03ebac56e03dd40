/**
 * What the unit costs of a run mean for platforms of three sizes: writes the tables of config/scaling.md anew from
 * `.local/bench/bench.json`, which needs the cases `unit-costs`, `session-costs`, `announcement-costs` and `one-of-fifty`.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Figure, show } from './report.ts';
import { median } from './statistics.ts';

const PAGE = fileURLToPath(new URL('../../config/scaling.md', import.meta.url));
const SIZES = [1_000, 100_000, 1_000_000];

/** What the page assumes of a shop. */
const TILLS_A_SHOP = 3;
const PEAK_MINUTES_A_DAY = 240;
const SOCKETS_A_GATEWAY = 60_000;
const EVENTS_AN_ANNOUNCEMENT = 16;

const run: { facts: Record<string, string>; figures: Figure[] } = JSON.parse(
  readFileSync(join('.local', 'bench', 'bench.json'), 'utf8'),
);

/** The median, of the first figure whose load, subject and unit begin so. */
function find(load: string, subject: string, unit: string): number {
  const figure = run.figures.find(
    (each) => each.load.startsWith(load) && each.subject.startsWith(subject) && each.unit.startsWith(unit),
  );
  if (figure === undefined) throw new Error(`the run has no figure of: ${load}, ${subject}, ${unit}`);
  return median(figure.values);
}

const PAID = 'orders over HTTP, 100 a second, paid';
const PAID_FAST = 'orders over HTTP, 300 a second, paid';
const ANSWERED = 'orders over HTTP, 100 a second, each';
const RATES = ['200 events/s', '1,000 events/s', '3,000 events/s'] as const;
const SINGLY = '1 event in each, 1,000';
const SINGLY_FAST = '1 event in each, 5,000';
const TOGETHER = `${EVENTS_AN_ANNOUNCEMENT} events in`;
const LIFE = ['http', 'relay', 'worker', 'gateway', 'escalator', 'Postgres', 'RabbitMQ'];

const each = (load: string, subject: string) => find(load, subject, 'µs each');
const answering = (subject: string) => Math.max(0, each(ANSWERED, subject) - each(PAID, subject));
const elsewhere = (load: string) => find(load, 'gateway', 'µs an event');
const idle = (subject: string) => Math.max(0, find('', subject, 'µs a session and minute'));

function unitCosts(): string[] {
  const rows = (subjects: readonly string[], load: string) =>
    LIFE.map((subject) => (subjects.includes(subject) ? show(each(load, subject)) : '')).join(' | ');
  const behind = ['worker', 'gateway', 'Postgres', 'RabbitMQ'];
  return [
    `| µs of processor time each | ${LIFE.join(' | ')} |`,
    `| --- |${' --- |'.repeat(LIFE.length)}`,
    ...RATES.map((rate) => `| an event from AMQP at ${rate}, one till a shop | ${rows(behind, rate)} |`),
    `| an order is made over HTTP | ${rows(['http', 'Postgres'], 'an order is made')} |`,
    `| it is paid for, relayed, logged and rung, at 100 a second | ${rows(LIFE, PAID)} |`,
    `| the same at 300 a second | ${rows(LIFE, PAID_FAST)} |`,
    `| at 100 a second, and seen, spoken and acknowledged | ${rows(LIFE, ANSWERED)} |`,
    '',
    '| | |',
    '| --- | --- |',
    `| a frame, where the shop has more sockets | ${show(find('each further socket', 'gateway', 'µs a frame'))} µs |`,
    `| an idle session, each of another shop: heartbeats, pings, comparing with the log | ${show(idle('gateway'))} µs a minute in the gateway, ${show(idle('Postgres'))} in Postgres |`,
    `| an event that is announced for a shop of another gateway: alone at 1,000 and at 5,000 a second; with 15 others, with 99 | ${[SINGLY, SINGLY_FAST, TOGETHER, '100 events in'].map((load) => show(elsewhere(load))).join(', ')} µs in the gateway |`,
    `| the copy of an announcement of 16 events for one more gateway | ${show(find(TOGETHER, 'RabbitMQ', 'µs'))} µs in RabbitMQ |`,
    `| an order on disk, with its event, notification and answers | ${show(sum('bytes each'))} bytes in ${show(sum('rows each'))} rows |`,
    `| the same in write-ahead log | ${show(find(ANSWERED, 'write-ahead', 'bytes each'))} bytes |`,
  ];
}

/** Of all tables. */
function sum(unit: string): number {
  const grown = run.figures.filter(
    (figure) =>
      figure.load.startsWith(ANSWERED) && figure.subject.startsWith('table ') && figure.unit === unit,
  );
  return grown.reduce((total, { values }) => total + median(values), 0);
}

/** In processors. */
function size(shops: number) {
  const perSecond = shops / 60;
  const rate = perSecond < 500 ? RATES[0] : perSecond < 2_000 ? RATES[1] : RATES[2];
  const gateways = Math.max(2, Math.ceil((shops * TILLS_A_SHOP) / SOCKETS_A_GATEWAY));
  const sessions = shops * TILLS_A_SHOP;
  const busy = (micros: number) => (perSecond * micros) / 1e6;
  const paying = Math.max(0, each(PAID_FAST, 'Postgres') - each(RATES[0], 'Postgres'));
  const copies = Math.max(0, find(TOGETHER, 'RabbitMQ', 'µs')) / EVENTS_AN_ANNOUNCEMENT;
  const frames = (TILLS_A_SHOP - 1) * find('each further socket', 'gateway', 'µs a frame');
  const own = busy(each(rate, 'gateway') + frames + answering('gateway')) / gateways;
  const others = busy(elsewhere(TOGETHER)) * (1 - 1 / gateways);
  return {
    perSecond,
    gateways,
    http: busy(each('an order is made', 'http') + each(PAID_FAST, 'http')),
    relay: busy(each(PAID_FAST, 'relay')),
    worker: busy(each(rate, 'worker')),
    gateway: own + others + (sessions * idle('gateway')) / 60e6 / gateways,
    others,
    escalator: busy(each(PAID_FAST, 'escalator')),
    postgres: busy(each(rate, 'Postgres') + answering('Postgres')) + (sessions * idle('Postgres')) / 60e6,
    orders: busy(each('an order is made', 'Postgres') + paying),
    rabbitmq: busy(each(rate, 'RabbitMQ') + copies * (gateways - 1)),
    walMegabytes: (perSecond * find(ANSWERED, 'write-ahead', 'bytes each')) / 1e6,
    gigabytesADay: (shops * PEAK_MINUTES_A_DAY * sum('bytes each')) / 1e9,
    rowsADay: shops * PEAK_MINUTES_A_DAY * sum('rows each'),
  };
}

function sizes(): string[] {
  const all = SIZES.map(size);
  const row = (name: string, value: (of: ReturnType<typeof size>) => string) =>
    `| ${name} | ${all.map(value).join(' | ')} |`;
  const processors = (value: number) => (value < 0.01 ? 'under 0.01' : show(value));
  return [
    `| at the peak | ${SIZES.map((shops) => `${shops.toLocaleString('en')} shops`).join(' | ')} |`,
    `| --- |${' --- |'.repeat(SIZES.length)}`,
    row('orders a second', ({ perSecond }) => show(perSecond)),
    row('`http`: processors', ({ http }) => processors(http)),
    row('`relay`: processors', ({ relay }) => processors(relay)),
    row('`worker`: processors', ({ worker }) => processors(worker)),
    row('`gateway`: processes', ({ gateways }) => String(gateways)),
    row('each of them: processors', ({ gateway }) => processors(gateway)),
    row("of that, the others' announcements", ({ others }) => processors(others)),
    row('`escalator`: processors', ({ escalator }) => processors(escalator)),
    row('Postgres: processors, orders from RabbitMQ', ({ postgres }) => processors(postgres)),
    row('the same, orders over HTTP', ({ postgres, orders }) => processors(postgres + orders)),
    row('Postgres: write-ahead log, MB/s', ({ walMegabytes }) => show(walMegabytes)),
    row('RabbitMQ: processors', ({ rabbitmq }) => processors(rabbitmq)),
    row('rows a day, millions', ({ rowsADay }) => show(rowsADay / 1e6)),
    row('on disk a day, GB', ({ gigabytesADay }) => show(gigabytesADay)),
  ];
}

function simulation(): string[] {
  const found = run.figures.filter((figure) => figure.case.startsWith('one gateway among'));
  const others = [...new Set(found.map(({ subject }) => subject))];
  const loads = [...new Set(found.map(({ load }) => load))];
  return [
    `| | ${others.join(' | ')} |`,
    `| --- |${' --- |'.repeat(others.length)}`,
    ...loads.map((load) => {
      const values = others.map((subject) => {
        const figure = found.find((one) => one.load === load && one.subject === subject);
        return figure === undefined ? '' : `${show(median(figure.values))} ${figure.unit}`;
      });
      return `| ${load} | ${values.join(' | ')} |`;
    }),
  ];
}

function place(page: string, name: string, lines: readonly string[]): string {
  const begin = `<!-- ${name} -->`;
  const end = `<!-- end of ${name} -->`;
  const [before, rest] = page.split(begin);
  const after = rest?.split(end)[1];
  if (after === undefined) throw new Error(`the page has no place for the ${name}`);
  return `${before}${begin}\n\n${lines.join('\n')}\n\n${end}${after}`;
}

const repetitions = Math.min(...run.figures.map(({ values }) => values.length));
const measured = [
  `${repetitions === 1 ? 'One run' : `Medians of ${repetitions}`} at \`${run.facts.commit}\`: ${run.facts.machine}, Node ${run.facts.node}, ${run.facts.servers?.replace(/ at [\d.:]+/g, '')}; a write with \`fdatasync\` took ${run.facts.fsync?.split(' a ')[0]}.`,
];
const parts = { measured, 'unit costs': unitCosts(), sizes: sizes(), simulation: simulation() };
const page = Object.entries(parts).reduce(
  (text, [name, lines]) => place(text, name, lines),
  readFileSync(PAGE, 'utf8'),
);
writeFileSync(PAGE, page);
