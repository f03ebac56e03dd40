import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { breachesOf, packagesOf } from '../support/import-rules.ts';

const repository = fileURLToPath(new URL('../../', import.meta.url));

function readSources(): Map<string, string> {
  const files = readdirSync(join(repository, 'src'), { recursive: true, encoding: 'utf8' });
  const paths = files
    .filter((file) => /\.[jt]s$/.test(file))
    .map((file) => `src/${file.replaceAll('\\', '/')}`);
  return new Map(paths.sort().map((path) => [path, readFileSync(join(repository, path), 'utf8')]));
}

function breachesIn(sources: Record<string, string>): string[] {
  return breachesOf(new Map(Object.entries(sources)));
}

describe('the import rules', () => {
  it('hold in all of src', () => {
    const sources = readSources();
    expect(sources.size).to.be.greaterThan(40);
    expect(breachesOf(sources)).to.deep.equal([]);
  });

  it('let the service import only what is installed in production', () => {
    const { dependencies } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'));
    const packages = packagesOf(readSources());
    expect(packages.size).to.be.greaterThan(5);
    for (const [name, path] of packages) expect(dependencies, path).to.have.property(name);
  });

  const refused: [string, string, string, string][] = [
    [
      'a domain that imports the platform',
      'src/domain/a.ts',
      "import { b } from '../platform/b.ts';",
      'src/platform/b.ts',
    ],
    [
      'a platform that imports the domain',
      'src/platform/a.ts',
      "import { b } from '../domain/b.ts';",
      'src/domain/b.ts',
    ],
    [
      'a domain that imports a part of Node',
      'src/domain/a.ts',
      "import { readFile } from 'node:fs';",
      'node:fs',
    ],
    [
      'a protocol that imports the domain',
      'src/protocol/a.ts',
      "import type { b } from '../domain/b.ts';",
      'src/domain/b.ts',
    ],
    ['a protocol with a dependency', 'src/protocol/a.ts', "import { Type } from 'typebox';", 'typebox'],
    [
      'a stage that imports another stage',
      'src/http/a.ts',
      "import { b } from '../outbox/b.ts';",
      'src/outbox/b.ts',
    ],
    [
      'a stage that imports the type of another',
      'src/shop-log/a.ts',
      "import type { B } from '../broker/b.ts';",
      'src/broker/b.ts',
    ],
    [
      'a stage that imports the configuration',
      'src/broker/a.ts',
      "import { b } from '../config/b.ts';",
      'src/config/b.ts',
    ],
    [
      'a stage that imports the composition root',
      'src/gateway/a.ts',
      "import { b } from '../service/app.ts';",
      'src/service/app.ts',
    ],
    [
      'a stage that imports the migrations',
      'src/shop-log/a.ts',
      "import { b } from '../../db/migrate.ts';",
      'db/migrate.ts',
    ],
    [
      'a stage that imports the contracts',
      'src/http/a.ts',
      "import { b } from '../contracts/b.ts';",
      'src/contracts/b.ts',
    ],
    [
      'contracts that import the log',
      'src/contracts/a.ts',
      "import { b } from '../shop-log/b.ts';",
      'src/shop-log/b.ts',
    ],
    [
      'an import at run time',
      'src/shop-log/a.ts',
      "const b = await import('../broker/b.ts');",
      'src/broker/b.ts',
    ],
    ['an import for its effect', 'src/shop-log/a.ts', "import '../broker/b.ts';", 'src/broker/b.ts'],
    [
      'an import over several lines',
      'src/shop-log/a.ts',
      "import {\n  b,\n  c,\n} from '../broker/b.ts';",
      'src/broker/b.ts',
    ],
    [
      'a service that imports the local stack',
      'src/service/app.ts',
      "import { b } from '../dev/b.ts';",
      'src/dev/b.ts',
    ],
    ['amqplib outside the broker', 'src/outbox/a.ts', "import { connect } from 'amqplib';", 'amqplib'],
    [
      'uWebSockets.js outside gateway, http and server',
      'src/service/app.ts',
      "import type { B } from 'uWebSockets.js';",
      'uWebSockets.js',
    ],
    ['a client with a dependency', 'src/client/a.ts', "import { b } from 'ws';", 'ws'],
    [
      'the environment outside the edge',
      'src/config/a.ts',
      'const a = process.env.A;',
      'touches the process',
    ],
    [
      'the process in a template',
      'src/service/app.ts',
      `const a = \`\${process.pid}\`;`,
      'touches the process',
    ],
    [
      'the process under its module name',
      'src/service/app.ts',
      "import { env } from 'node:process';",
      'touches the process',
    ],
    ['the process taken apart', 'src/shop-log/a.ts', 'const { env } = process;', 'touches the process'],
    ['a default export', 'src/shop-log/a.ts', 'export default function a() {}', 'default export'],
    ['a default export by name', 'src/shop-log/a.ts', 'export { a as default };', 'default export'],
    ['a barrel', 'src/shop-log/a.ts', "export * from './b.ts';", 'barrel'],
    ['a barrel of names', 'src/shop-log/a.ts', "export { b } from './b.ts';", 'barrel'],
  ];
  for (const [what, path, text, named] of refused) {
    it(`refuse ${what}`, () => {
      const breaches = breachesIn({ [path]: text });
      expect(breaches).to.have.length(1);
      expect(breaches[0])
        .to.match(new RegExp(`^${path} `))
        .and.to.include(named);
    });
  }

  it('refuse a circle, also one of types, and name its way once', () => {
    const breaches = breachesIn({
      'src/shop-log/a.ts': "import { b } from './b.ts';",
      'src/shop-log/b.ts': "import { c } from './c.ts';",
      'src/shop-log/c.ts': "import type { a } from './a.ts';",
      'src/shop-log/d.ts': "import { a } from './a.ts';",
    });
    expect(breaches).to.deep.equal([
      'circle: src/shop-log/a.ts → src/shop-log/b.ts → src/shop-log/c.ts → src/shop-log/a.ts',
    ]);
  });

  it('allow what the rooms need', () => {
    const breaches = breachesIn({
      'src/domain/a.ts': "import { Type } from 'typebox';\nimport { b } from './b.ts';",
      'src/domain/b.ts': 'export const b = 1;',
      'src/platform/a.ts': "import pg from 'pg';\nimport { hostname } from 'node:os';",
      'src/broker/a.ts': "import { connect } from 'amqplib';\nimport { b } from '../domain/b.ts';",
      'src/http/a.ts': "import uWS from 'uWebSockets.js';",
      'src/service/app.ts': "import { a } from '../broker/a.ts';\nimport { m } from '../../db/migrate.ts';",
      'src/main.ts': 'process.exitCode = 1;',
      'src/dev/a.ts': "import { a } from '../broker/a.ts';\nprocess.exit();",
      'src/config/a.ts': 'const env = {} as NodeJS.ProcessEnv;',
    });
    expect(breaches).to.deep.equal([]);
  });

  it('take no comment and no string for code', () => {
    const text = [
      "/** import { b } from '../broker/b.ts'; process.env */",
      "const url = 'amqp://host'; // import { b } from '../broker/b.ts';",
      "const said = 'the process.';",
      'this.process.start({ process: 1 });',
    ].join('\n');
    expect(breachesIn({ 'src/shop-log/a.ts': text })).to.deep.equal([]);
  });
});
