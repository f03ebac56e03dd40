/** The rules of imports are in `biome.rooms.json`, and `make lint` holds src to them. Here each is seen to refuse. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { lintSources, repository } from '../support/lint.ts';

/** The rules that hold the architecture. */
const RULES = [
  'noBarrelFile',
  'noDefaultExport',
  'noImportCycles',
  'noRestrictedGlobals',
  'noRestrictedImports',
  'noUndeclaredDependencies',
] as const;

interface Case {
  title: string;
  path: string;
  text: string;
  rule: (typeof RULES)[number];
}

function refused(
  rule: Case['rule'],
  ...cases: readonly [title: string, path: string, text: string][]
): Case[] {
  return cases.map(([title, path, text]) => ({ title, path, text, rule }));
}

const REFUSED: readonly Case[] = [
  ...refused(
    'noRestrictedImports',
    ['a domain that imports the platform', 'src/domain/a.ts', "import { b } from '../platform/b.ts';"],
    ['a domain that imports a part of Node', 'src/domain/b.ts', "import { readFile } from 'node:fs';"],
    ['a platform that imports the domain', 'src/platform/a.ts', "import { b } from '../domain/b.ts';"],
    ['a protocol that imports the domain', 'src/protocol/a.ts', "import { b } from '../domain/b.ts';"],
    ['a protocol with a dependency', 'src/protocol/b.ts', "import { Type } from 'typebox';"],
    ['a table of event kinds that imports anything', 'src/domain/event-kinds.ts', "import './d.ts';"],
    ['a console that imports the domain', 'src/console/a.ts', "import { b } from '../domain/d.ts';"],
    ['a stage that imports another stage', 'src/http/a.ts', "import { b } from '../outbox/b.ts';"],
    [
      'a stage that imports the type of another',
      'src/shop-log/a.ts',
      "import type { B } from '../broker/b.ts';",
    ],
    [
      'a folder in a stage that imports another stage',
      'src/gateway/feed/a.ts',
      "import { b } from '../../shop-log/b.ts';",
    ],
    ['a stage that imports the configuration', 'src/broker/a.ts', "import { b } from '../config/b.ts';"],
    [
      'a stage that imports the composition root',
      'src/gateway/a.ts',
      "import { b } from '../service/app.ts';",
    ],
    ['a stage that imports the command line', 'src/worker/a.ts', "import { b } from '../cli.ts';"],
    ['a stage that imports the migrations', 'src/shop-log/b.ts', "import { b } from '../../db/migrate.ts';"],
    ['a stage that imports the contracts', 'src/http/b.ts', "import { b } from '../contracts/b.ts';"],
    ['contracts that import the log', 'src/contracts/a.ts', "import { b } from '../shop-log/b.ts';"],
    [
      'a console that imports the gateway',
      'src/console/view/a.ts',
      "import { b } from '../../gateway/b.ts';",
    ],
    ['an import at run time', 'src/shop-log/c.ts', "export const b = await import('../broker/b.ts');"],
    ['an import for its effect', 'src/shop-log/d.ts', "import '../broker/b.ts';"],
    ['an import over several lines', 'src/shop-log/e.ts', "import {\n  b,\n  c,\n} from '../broker/b.ts';"],
    ['a service that imports the local stack', 'src/service/a.ts', "import { b } from '../dev/b.ts';"],
    ['a room that imports the entry', 'src/commands/a.ts', "import { b } from '../main.ts';"],
    ['amqplib outside the broker', 'src/outbox/a.ts', "import { connect } from 'amqplib';"],
    ['prom-client outside the metrics', 'src/service/b.ts', "import { Counter } from 'prom-client';"],
    [
      'uWebSockets.js outside gateway, http and server',
      'src/service/c.ts',
      "import type { B } from 'uWebSockets.js';",
    ],
    ['a client with a dependency', 'src/client/a.ts', "import { b } from 'ws';"],
    ['the process under its module name', 'src/service/d.ts', "import { env } from 'node:process';"],
  ),
  ...refused(
    'noRestrictedGlobals',
    ['the environment outside the edge', 'src/config/a.ts', 'export const a = process.env.A;'],
    ['the process in a template', 'src/service/e.ts', `export const a = \`\${process.pid}\`;`],
    ['the process taken apart', 'src/shop-log/f.ts', 'export const { env } = process;'],
  ),
  ...refused(
    'noDefaultExport',
    ['a default export', 'src/shop-log/g.ts', 'export default function a() {}'],
    ['a default export by name', 'src/shop-log/h.ts', 'const a = 1;\nexport { a as default };'],
  ),
  ...refused(
    'noBarrelFile',
    ['a barrel', 'src/shop-log/i.ts', "export * from './a.ts';"],
    ['a barrel of names', 'src/shop-log/j.ts', "export { b } from './b.ts';"],
  ),
  ...refused('noUndeclaredDependencies', [
    'a package that is not installed in production',
    'src/shop-log/k.ts',
    "import { expect } from 'chai';",
  ]),
  ...refused(
    'noImportCycles',
    ['a circle', 'src/worker/circle-a.ts', "import { b } from './circle-b.ts';\nexport const a = b;"],
    [
      'a circle of types',
      'src/auth/circle-a.ts',
      "import type { B } from './circle-b.ts';\nexport type A = B;",
    ],
  ),
];

const OTHER_HALVES = {
  'src/worker/circle-b.ts': "import { a } from './circle-a.ts';\nexport const b = a;",
  'src/auth/circle-b.ts': "import type { A } from './circle-a.ts';\nexport type B = A | 1;",
};

const ALLOWED = {
  'src/domain/c.ts':
    "import { Type } from 'typebox';\nimport { b } from './d.ts';\nimport '../protocol/b.ts';",
  'src/domain/d.ts': 'export const b = 1;',
  'src/console/view/b.ts': "import { EVENT_KINDS } from '../../domain/event-kinds.ts';",
  'src/platform/b.ts': "import pg from 'pg';\nimport { hostname } from 'node:os';",
  'src/broker/b.ts': "import { connect } from 'amqplib';\nimport { b } from '../domain/d.ts';",
  'src/broker/dead-letters/a.ts': "import { b } from '../b.ts';\nimport { d } from '../../domain/d.ts';",
  'src/gateway/upgrade/a.ts': "import { b } from '../feed/b.ts';\nimport { c } from '../../server/c.ts';",
  'src/http/c.ts': "import uWS from 'uWebSockets.js';",
  'src/service/app.ts': "import { a } from '../broker/b.ts';\nimport { m } from '../../db/migrate.ts';",
  'src/main.ts': 'process.exitCode = 1;',
  'src/dev/a.ts': "import { a } from '../broker/b.ts';\nimport { build } from 'esbuild';\nprocess.exit();",
  'src/config/b.ts': 'export const env = {} as NodeJS.ProcessEnv;',
  'src/shop-log/l.ts': [
    "/** import { b } from '../broker/b.ts'; process.env */",
    "export const url = 'amqp://host'; // import { b } from '../broker/b.ts';",
    "export const text = 'the process.';",
    'export const start = (on: { process: { start(): void } }) => on.process.start();',
  ].join('\n'),
};

describe('the rules of imports', () => {
  let broken: Map<string, Set<string>>;
  const rulesOf = (path: string) => RULES.filter((rule) => broken.get(path)?.has(rule));

  before(function () {
    this.timeout(30_000);
    const cases = REFUSED.map(({ path, text }) => [path, text]);
    broken = lintSources({ ...Object.fromEntries(cases), ...OTHER_HALVES, ...ALLOWED });
  });

  for (const { title, path, text, rule } of REFUSED) {
    it(`refuse ${title}`, () => expect(rulesOf(path), text).to.deep.equal([rule]));
  }

  for (const path of Object.keys(ALLOWED)) {
    it(`allow what ${path} does`, () => expect(rulesOf(path)).to.deep.equal([]));
  }

  it('name every room that is not free to import any other', () => {
    const free = ['commands', 'dev', 'metrics', 'service'];
    const rooms = readdirSync(join(repository, 'src'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
    const { overrides } = JSON.parse(readFileSync(join(repository, 'biome.rooms.json'), 'utf8'));
    const named: string[] = overrides.flatMap(({ includes }: { includes: string[] }) => includes);
    const nameless = rooms.filter(
      (room) => !free.includes(room) && !named.some((name) => name.startsWith(`src/${room}/`)),
    );
    expect(rooms.length).to.be.greaterThan(15);
    expect(nameless).to.deep.equal([]);
  });

  describe('that Biome does not know', () => {
    const sources = readdirSync(join(repository, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.startsWith('dev'))
      .map((file) => [file, readFileSync(join(repository, 'src', file), 'utf8')] as const);
    const filesWith = (pattern: RegExp) =>
      sources.filter(([, text]) => pattern.test(text)).map(([file]) => file);

    it('refuse a barrel of types', () => {
      const barrel = /^export type \{[^}]*\} from\b/m;
      expect("export type {\n  A,\n} from './a.ts';").to.match(barrel);
      expect(filesWith(barrel)).to.deep.equal([]);
    });

    it('refuse the process by way of the global object', () => {
      const process = /\bglobalThis\.process\b/;
      expect('globalThis.process.exit();').to.match(process);
      expect(filesWith(process)).to.deep.equal([]);
    });

    it('refuse the types of a package that is not installed in production', () => {
      const { dependencies } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'));
      const packageTypes = /^import type [^;]*? from '((?:@[\w.-]+\/)?[a-z][\w.-]*)(?=['/])/gim;
      const packagesIn = (text: string) => [...text.matchAll(packageTypes)].map(([, name = '']) => name);
      expect(packagesIn("import type { BuildOptions } from 'esbuild';")).to.deep.equal(['esbuild']);
      const packages = new Set(sources.flatMap(([, text]) => packagesIn(text)));
      expect([...packages]).to.include('pg');
      for (const name of packages) expect(dependencies).to.have.property(name);
    });
  });
});
