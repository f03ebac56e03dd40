/** Figures as rows, for people as Markdown and for programs as JSON. A figure without its control is not printed. */

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { median } from './statistics.ts';
import { uwebsocketsBuild } from './uwebsockets-build.ts';

export interface Figure {
  /** Such as `fan-out`. */
  case: string;
  /** Such as `1,000 sockets`. */
  load: string;
  /** Who was measured: `Orderbell` or a control. */
  subject: string;
  unit: string;
  /** One for each repetition. */
  values: number[];
  /** The greatest share of its processor that the load client needed, 0 to 1. */
  clientCpu?: number;
  note?: string;
}

/** Above this the load client was the limit. */
const CLIENT_LIMIT = 0.9;

export function machine(servers: string): Record<string, string> {
  const versionOf = (name: string): string =>
    JSON.parse(readFileSync(new URL(`../../node_modules/${name}/package.json`, import.meta.url), 'utf8'))
      .version;
  const git = (...args: string[]) => execFileSync('git', args).toString().trim();
  const changed = git('status', '--porcelain', '--untracked-files=no') === '' ? '' : ' with changes';
  return {
    commit: `${git('rev-parse', '--short', 'HEAD')}${changed}`,
    machine: `${cpus().length} × ${cpus()[0]?.model}, ${Math.round(totalmem() / 2 ** 30)} GiB`,
    node: process.version,
    uwebsockets: uwebsocketsBuild(),
    servers,
    versions: ['uWebSockets.js', 'amqplib', 'ws', 'socket.io', 'pg']
      .map((name) => `${name} ${versionOf(name)}`)
      .join(', '),
  };
}

/** A table for each case. A row of ours has its ratio to each control of the same load. */
export function markdown(figures: readonly Figure[]): string {
  const lines: string[] = [];
  for (const name of new Set(figures.map((figure) => figure.case))) {
    lines.push(
      `\n**${name}**\n`,
      '| load | who | median | each | ours to it | remarks |',
      '| --- | --- | --- | --- | --- | --- |',
    );
    for (const figure of figures.filter((each) => each.case === name)) {
      const ours = figures.find(
        (other) => isOurs(other) && other.load === figure.load && other.unit === figure.unit,
      );
      const isControl = ours !== undefined && !isOurs(figure);
      const times = isControl ? median(ours.values) / median(figure.values) : Number.NaN;
      const ratio = Number.isFinite(times) ? times.toFixed(2) : '';
      const remarks = [figure.note, clientRemark(figure)].filter((remark) => remark !== undefined).join('; ');
      lines.push(
        `| ${figure.load} | ${figure.subject} | ${show(median(figure.values))} ${figure.unit} | ${figure.values.map(show).join(', ')} | ${ratio} | ${remarks} |`,
      );
    }
  }
  return lines.join('\n');
}

const isOurs = (figure: Figure) => figure.subject.startsWith('Orderbell');

function clientRemark({ clientCpu }: Figure): string | undefined {
  if (clientCpu === undefined) return undefined;
  const share = `load client ${Math.round(clientCpu * 100)}%`;
  return clientCpu > CLIENT_LIMIT ? `${share}: it was the limit` : share;
}

export function show(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (value >= 1000) return Math.round(value).toLocaleString('en');
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
