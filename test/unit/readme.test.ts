/** The README's generated parts: `npm run readme` renews them, and this fails when they have drifted. */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { schema } from '../../src/config.ts';

const file = new URL('../../README.md', import.meta.url);

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

const START = '<!-- configuration: written by `make readme` -->';
const END = '<!-- /configuration -->';

describe('README.md', () => {
  it('has the configuration table that the schema makes', () => {
    const readme = readFileSync(file, 'utf8');
    const [before, rest = ''] = readme.split(START);
    const after = rest.split(END)[1] ?? '';
    const made = `${before}${START}\n${configurationTable()}\n${END}${after}`;
    if (process.env.UPDATE_README) writeFileSync(file, made);
    expect(readFileSync(file, 'utf8')).to.equal(made);
  });

  it('maps every room of src', () => {
    const readme = readFileSync(file, 'utf8');
    const rooms = readdirSync(new URL('../../src', import.meta.url), { withFileTypes: true });
    for (const { name } of rooms)
      expect(readme, name).to.match(new RegExp(`^src/${name.replace('.', '\\.')}/? `, 'm'));
  });
});
