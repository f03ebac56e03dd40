/** The documents point at what is there: links, anchors, files, settings, metrics, messages. */

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { schema } from '../../src/config/config.ts';
import { BELL_EVENTS } from '../../src/domain/bell-events.ts';
import { METRICS } from '../../src/metrics/table.ts';
import { anchorsOf, codeOf, firstCells, linksOf } from '../support/markdown.ts';

const repository = fileURLToPath(new URL('../../', import.meta.url));
const NOT_OURS = ['node_modules', 'dist', 'coverage'];

/** Paths from the repository's root of all files whose names end so; hidden directories are not ours. */
function filesBelow(directory: string, ending: string): string[] {
  return readdirSync(join(repository, directory), { withFileTypes: true }).flatMap((entry) => {
    const path = directory === '' ? entry.name : `${directory}/${entry.name}`;
    if (!entry.isDirectory()) return entry.name.endsWith(ending) ? [path] : [];
    return NOT_OURS.includes(entry.name) || entry.name.startsWith('.') ? [] : filesBelow(path, ending);
  });
}

function read(path: string): string {
  return readFileSync(join(repository, path), 'utf8');
}

const documents = filesBelow('', '.md');

/** What is wrong with the links of a document, one line each. */
function brokenLinks(path: string): string[] {
  return linksOf(read(path)).flatMap((target) => {
    if (/^[a-z][a-z0-9+.-]*:/i.test(target)) return [];
    const [file = '', anchor] = target.split('#');
    const at = file === '' ? join(repository, path) : resolve(repository, dirname(path), decodeURI(file));
    if (!existsSync(at)) return [`${path}: ${target} is not there`];
    if (anchor === undefined) return [];
    const document = statSync(at).isDirectory() ? join(at, 'README.md') : at;
    const has = existsSync(document) && anchorsOf(readFileSync(document, 'utf8')).has(decodeURI(anchor));
    return has ? [] : [`${path}: ${target} has no such heading`];
  });
}

/** A name with stars or placeholders stands for several files. */
const PATH = /^(?:src|test|db|config)\/[\w./-]+$/;

/** A sentence with one of these as its subject is clearer with the thing that acts. */
const REFUSED = /\b(?:nobody|somebody|whoever|anybody|everybody)\b/gi;

/** Files that the built program or a run makes. */
const MADE = /^config\/<|\.local/;

function missingPaths(path: string): string[] {
  const named = codeOf(read(path)).filter((code) => PATH.test(code) && !MADE.test(code));
  return named.filter((name) => !existsSync(join(repository, name))).map((name) => `${path}: ${name}`);
}

function hasSetting(path: string): boolean {
  let node: unknown = schema;
  for (const name of path.split('.')) {
    if (typeof node !== 'object' || node === null || !(name in node)) return false;
    node = Reflect.get(node, name);
  }
  return true;
}

/** Such as `limits.connections`: the first word is a section of the settings. */
function isSettingName(code: string): boolean {
  const [section = ''] = code.split('.');
  return /^[a-z]+(\.[a-zA-Z]+)+$/.test(code) && section in schema && !/\.(json|ts|md|yaml)$/.test(code);
}

describe('the documents', () => {
  it('lead only to files and headings that are there', () => {
    const links = documents.flatMap((path) => linksOf(read(path)));
    expect(links.length).to.be.greaterThan(150);
    expect(documents.flatMap(brokenLinks)).to.deep.equal([]);
  });

  it('name only files that are there', () => {
    expect(documents.flatMap(missingPaths)).to.deep.equal([]);
  });

  it('name only settings and metrics that are there', () => {
    const current = documents.filter((path) => path !== 'CHANGELOG.md');
    const names = current.flatMap((path) => codeOf(read(path)).map((code) => ({ path, code })));
    const settings = names.filter(({ code }) => isSettingName(code));
    expect(settings.length).to.be.greaterThan(50);
    // The keys of the exchange `bell` begin like settings.
    expect(settings.filter(({ code }) => !hasSetting(code) && !(code in BELL_EVENTS))).to.deep.equal([]);
    const known = new Set<string>(Object.values(METRICS).map(({ name }) => name));
    const metrics = names.filter(
      ({ code }) => /^orderbell_[a-z]+_[a-z_]+$/.test(code) && !/_(owner|service)$/.test(code),
    );
    expect(metrics.filter(({ code }) => !known.has(code))).to.deep.equal([]);
  });

  it('quote only messages that the sources have', () => {
    const quoted = firstCells(read('config/README.md'), 'message in the log').flatMap(codeOf);
    expect(quoted.length).to.be.greaterThan(10);
    const sources = ['.ts', '.js']
      .flatMap((ending) => [...filesBelow('src', ending), ...filesBelow('db', ending)])
      .map(read)
      .join('\n');
    expect(quoted.filter((message) => !sources.includes(message))).to.deep.equal([]);
  });

  it('have one for each room, to which README.md leads', () => {
    const rooms = readdirSync(join(repository, 'src'), { withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    );
    const expected = [
      ...rooms.map(({ name }) => `src/${name}/README.md`),
      'config/README.md',
      'db/README.md',
      'test/README.md',
    ];
    const leads = linksOf(read('README.md'));
    for (const path of expected) {
      expect(documents).to.include(path);
      expect(leads).to.include(path);
    }
  });

  it('are each led to by another one', () => {
    const targets = new Set(
      documents.flatMap((path) =>
        linksOf(read(path))
          .map((target) => resolve(repository, dirname(path), target.split('#')[0] ?? ''))
          .filter((target) => target !== join(repository, path)),
      ),
    );
    const alone = documents.filter((path) => path !== 'README.md' && !targets.has(join(repository, path)));
    expect(alone).to.deep.equal([]);
  });

  it('are in plain English', () => {
    const texts = [...documents, ...filesBelow('config', '.yaml')];
    const found = texts.flatMap((path) =>
      (read(path).match(REFUSED) ?? []).map((word) => `${path}: ${word}`),
    );
    expect(found).to.deep.equal([]);
  });

  it('have a changelog in the form of Keep a Changelog', () => {
    const changelog = read('CHANGELOG.md');
    const headings = [...changelog.matchAll(/^##+ .*$/gm)].map(([line]) => line);
    // An entry of a branch that was begun under the heading before: it belongs into a section of what is not released.
    expect(changelog.slice(0, changelog.indexOf('\n## '))).not.to.match(/^- /m);
    expect(changelog).not.to.match(/^## .*\n+- /m);
    expect(headings[0]).to.equal('## [Unreleased]');
    const form =
      /^## \[\d+\.\d+\.\d+\] - \d{4}-\d{2}-\d{2}$|^### (Added|Changed|Deprecated|Removed|Fixed|Security)$/;
    expect(headings.slice(1).filter((line) => !form.test(line))).to.deep.equal([]);
  });

  it('begin with a README.md of at most 8 kB', () => {
    expect(statSync(join(repository, 'README.md')).size).to.be.at.most(8_000);
  });
});

describe('the picture of the console', () => {
  it('takes less than 120 kB', () => {
    expect(statSync(join(repository, 'src/console/screenshot.png')).size).to.be.below(120_000);
  });
});

describe('reading Markdown', () => {
  it('makes the anchors that a code host makes', () => {
    const text =
      '# WebSocket: `/ws/:sid`\n\n## Same\n\n```sh\n# no heading\n```\n\n## Same\n\n## 配置 [a link](b.md)\n';
    expect([...anchorsOf(text)]).to.deep.equal(['websocket-wssid', 'same', 'same-1', '配置-a-link']);
  });

  it('finds links and pictures, and none in code', () => {
    const text = '[a](b.md#c) ![d](e.png "f") `[g](h)`\n\n```md\n[i](j)\n```\n\n[k]: l.md\n';
    expect(linksOf(text)).to.deep.equal(['b.md#c', 'e.png', 'l.md']);
  });
});
