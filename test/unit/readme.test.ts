/** The generated tables of the documents: `npm run readme` renews them, and this fails when they have drifted. */

import { readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { schema } from '../../src/config/config.ts';
import { METRICS } from '../../src/metrics/table.ts';
import { allCommands } from '../support/cli.ts';

interface Key {
  doc: string;
  default: unknown;
  env: string;
  sensitive?: boolean;
}

function isKey(node: object): node is Key {
  return 'doc' in node && 'env' in node;
}

function keysOf(node: object, path: string[] = []): { path: string; key: Key }[] {
  if (isKey(node)) return [{ path: path.join('.'), key: node }];
  return Object.entries(node).flatMap(([name, child]) => keysOf(child, [...path, name]));
}

/** The configuration table, from the schema that also checks the values. */
function configurationTable(): string {
  const rows = keysOf(schema).map(({ path, key }) => {
    const text = Array.isArray(key.default) ? key.default.join(',') : String(key.default);
    const value = text === '' ? '' : `\`${text}\``;
    return `| \`${path}\` | \`${key.env}\` | ${value} | ${key.doc} |`;
  });
  return ['| key | variable | default | what it does |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

/** The metrics, from the table that also makes them. */
function metricsTable(): string {
  const rows = Object.values(METRICS).map(({ name, labels, type, by, help }) => {
    const braces = labels.length === 0 ? '' : `{${labels.join(',')}}`;
    return `| \`${name}${braces}\` | ${type} | ${by === 'every' ? by : by.join(', ')} | ${help} |`;
  });
  return ['| metric | type | roles | meaning |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

/** The commands, from what also prints their help. */
function commandsTable(): string {
  const rows = allCommands().map(({ words, command }) => {
    const args = command.registeredArguments.map((argument) => ` <${argument.name()}>`).join('');
    const options = command.options.map(({ long }) => `\`${long}\``).join(' ');
    return `| \`${words.join(' ')}${args}\` | ${command.summary() || command.description()} | ${options} |`;
  });
  return ['| command | what it does | options |', '| --- | --- | --- |', ...rows].join('\n');
}

const GENERATED: [document: string, name: string, table: () => string][] = [
  ['config/README.md', 'configuration', configurationTable],
  ['src/metrics/README.md', 'metrics', metricsTable],
  ['src/commands/README.md', 'commands', commandsTable],
];

describe('the generated tables', () => {
  for (const [document, name, table] of GENERATED) {
    it(`are in ${document} as the code makes them: ${name}`, () => {
      const file = new URL(`../../${document}`, import.meta.url);
      const start = `<!-- ${name}: written by \`make readme\` -->`;
      const end = `<!-- /${name} -->`;
      const text = readFileSync(file, 'utf8');
      const [before, rest = ''] = text.split(start);
      const after = rest.split(end)[1] ?? '';
      const made = `${before}${start}\n${table()}\n${end}${after}`;
      if (process.env.UPDATE_README) writeFileSync(file, made);
      expect(readFileSync(file, 'utf8')).to.equal(made);
    });
  }
});
