/** The dashboard and the alert rules, against the metrics of a service that runs. */

import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { parse } from 'yaml';
import { eventually } from '../support/eventually.ts';
import { ask, post } from '../support/http-client.ts';
import { type Scrape, scrape } from '../support/metrics.ts';
import { faultsOf, labelsOf } from '../support/promql.ts';
import { createSurroundings, PLAIN, type Surroundings, seqsOf } from '../support/surroundings.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';

const read = (path: string) => readFileSync(new URL(`../../config/${path}`, import.meta.url), 'utf8');

interface Rule {
  alert: string;
  expr: string;
  for?: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

interface Panel {
  type: string;
  title: string;
  datasource?: { uid: string };
  gridPos: { x: number; y: number; w: number; h: number };
  targets?: { expr: string; legendFormat: string; datasource: { uid: string } }[];
}

const rules: Rule[] = parse(read('prometheus/alerts.yaml')).groups.flatMap(
  (group: { rules: Rule[] }) => group.rules,
);
const dashboard: { panels: Panel[]; templating: { list: { name: string; type: string; query: unknown }[] } } =
  JSON.parse(read('grafana/orderbell.json'));
const panels = dashboard.panels.filter(({ type }) => type !== 'row');
const targets = panels.flatMap(({ title, targets = [] }) => targets.map((target) => ({ title, ...target })));

describe('the dashboard and the alert rules', () => {
  let around: Surroundings;
  let printed: Scrape;

  /** One service in all roles that was paid, was asked in vain, and has been without RabbitMQ for a moment. */
  before(async function () {
    this.timeout(30_000);
    around = await createSurroundings();
    const rabbitmq = await startTcpProxy(around.broker.url);
    const service = await around.serve({ AMQP_URL: rabbitmq.url });
    const clients = [await around.open(service, 'v1'), await around.open(service, 'plain', PLAIN)];
    await post(service.url, '/orders', { number: 'n', amount: 1 });
    await post(service.url, '/payments/notify', { outTradeNo: 'n' });
    await eventually(() => expect(clients[0] && seqsOf(clients[0])).to.deep.equal([1]));
    rabbitmq.cut();
    await eventually(async () => expect((await ask(service.url, '/readyz')).status).to.equal(503));
    rabbitmq.restore();
    await eventually(async () => expect((await ask(service.url, '/readyz')).status).to.equal(200));
    printed = await scrape(service.url);
    await around.clear();
    await rabbitmq.close();
  });
  after(() => around.tearDown());

  describe('the alert rules', () => {
    it('are a good number, each with a name of its own', () => {
      expect(rules).to.have.length.at.least(15);
      expect(new Set(rules.map(({ alert }) => alert)).size).to.equal(rules.length);
    });

    for (const { alert, expr, labels, annotations, ...rest } of rules) {
      it(`${alert} asks for what is printed, and says what to do`, () => {
        expect(faultsOf(expr, printed)).to.deep.equal([]);
        expect(alert).to.match(/^Orderbell[A-Z][A-Za-z]+$/);
        expect(rest.for ?? '0m').to.match(/^\d+[mh]$/);
        expect(labels.severity).to.be.oneOf(['critical', 'warning']);
        expect(annotations).to.have.all.keys('summary', 'description', 'action');
        const known = labelsOf(expr, printed);
        for (const [, label = ''] of Object.values(annotations)
          .join(' ')
          .matchAll(/\$labels\.(\w+)/g)) {
          expect([...known], `in what ${alert} says`).to.include(label);
        }
      });
    }
  });

  describe('the dashboard', () => {
    it('takes its data source, job and instances from variables', () => {
      expect(dashboard.templating.list.map(({ name, type }) => [name, type])).to.deep.equal([
        ['datasource', 'datasource'],
        ['job', 'query'],
        ['instance', 'query'],
      ]);
      for (const { datasource } of panels) expect(datasource?.uid).to.equal('$datasource');
      for (const { title, expr, datasource } of targets) {
        expect(datasource.uid, title).to.equal('$datasource');
        expect(expr, title).to.include('job="$job",instance=~"$instance"');
      }
    });

    it('has panels that do not lie on each other', () => {
      const taken = new Map<string, string>();
      for (const { title, gridPos } of dashboard.panels) {
        expect(gridPos.x + gridPos.w, title).to.be.at.most(24);
        for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
          for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
            expect(taken.get(`${x},${y}`), `under ${title}`).to.equal(undefined);
            taken.set(`${x},${y}`, title);
          }
        }
      }
    });

    it('asks in every panel for what is printed, by labels that there are', () => {
      expect(targets).to.have.length.at.least(30);
      for (const { title, expr, legendFormat } of targets) {
        expect(faultsOf(expr, printed), title).to.deep.equal([]);
        const known = labelsOf(expr, printed);
        for (const [, label = ''] of legendFormat.matchAll(/\{\{(\w+)\}\}/g)) {
          expect([...known], `the legend of ${title}`).to.include(label);
        }
      }
    });

    it('shows every metric of ours', () => {
      const shown = targets.map(({ expr }) => expr).join('\n');
      const ours = [...printed.types.keys()].filter((name) => name.startsWith('orderbell_'));
      for (const name of ours)
        expect(shown, name).to.match(new RegExp(`\\b${name}(_bucket|_sum|_count)?\\b`));
    });
  });

  describe('the check of an expression', () => {
    const wrong: [string, string, string][] = [
      [
        'a metric that nobody prints',
        'rate(orderbell_event_total[5m])',
        'nobody prints orderbell_event_total',
      ],
      [
        'a histogram without a suffix',
        'orderbell_append_seconds > 1',
        'nobody prints orderbell_append_seconds',
      ],
      [
        'buckets of a counter',
        'orderbell_events_total_bucket',
        'nobody prints orderbell_events_total_bucket',
      ],
      [
        'a label that there is not',
        'sum(orderbell_events_total{outcome="appended"})',
        'no orderbell_events_total has outcome="appended"',
      ],
      [
        'a value that no label has',
        'orderbell_link_up{link="rabbitmq"} == 0',
        'no orderbell_link_up has link="rabbitmq"',
      ],
      [
        'one alternative that no label has',
        'orderbell_link_up{link=~"publish|consumes"} == 0',
        'no orderbell_link_up has link=~"publish|consumes"',
      ],
      [
        'a grouping by a label that there is not',
        'sum by (shop) (orderbell_sockets)',
        'nothing in sum by (shop) (orderbell_sockets) has the label shop',
      ],
      [
        'the second of two metrics',
        'orderbell_shops > 0 and orderbell_shop > 0',
        'nobody prints orderbell_shop',
      ],
      ['no metric at all', 'vector(1)', 'no metric in vector(1)'],
    ];
    for (const [what, expression, fault] of wrong) {
      it(`finds ${what}`, () => expect(faultsOf(expression, printed)).to.deep.equal([fault]));
    }

    it('finds nothing where all is right', () => {
      const expression =
        'histogram_quantile(0.99, sum by (le, route) (rate(orderbell_http_request_seconds_bucket{status=~"2.."}[5m])))' +
        ' > 1 and on (instance) up{job="any"} == 1 unless max(orderbell_shops offset 5m) > 0';
      expect(faultsOf(expression, printed)).to.deep.equal([]);
    });
  });
});
