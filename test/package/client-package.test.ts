/** The package `orderbell-client`, installed as its users do: for a bundler, a script and the compiler. */

import { readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { expect } from 'chai';
import { mustRun, runCommand } from '../../src/dev/command.ts';
import { createShopfront, type Shopfront } from '../browser/support/shopfront.ts';
import { payOrder } from '../browser/support/till.ts';
import { eventually } from '../support/eventually.ts';
import type { Service } from '../support/service.ts';
import { createFolder, createProject, type Packed, pack, ROOT } from './packed.ts';

const folder = createFolder();
let packed: Packed;
before(async function () {
  this.timeout(120_000);
  packed = await pack('dist/client', folder.path);
  console.log(`package: orderbell-client has ${packed.paths.length} files, ${packed.bytes} bytes`);
});
after(() => folder.remove());

async function project(name: string, files: Record<string, string>): Promise<string> {
  const path = join(folder.path, name);
  await createProject(path, files, [packed.file]);
  return path;
}

describe('the package of the client', () => {
  it('holds the client, its types, a README and the licence, and nothing else', () => {
    const types = packed.paths.filter((path) => /^types\/.*\.d\.ts$/.test(path));
    expect(types).to.include('types/client/connect.d.ts');
    const rest = packed.paths.filter((path) => !types.includes(path));
    expect(rest).to.deep.equal(['LICENSE', 'README.md', 'orderbell-client.js', 'package.json']);
  });

  it('is under 6 kB, needs nothing, and has the version of the service', () => {
    const read = (path: string) => JSON.parse(readFileSync(join(ROOT, path), 'utf8'));
    const client = read('dist/client/package.json');
    expect(packed.bytes).to.be.below(12_000); // with types and README
    expect(readFileSync(join(ROOT, 'dist/client/orderbell-client.js.gz')).length).to.be.below(6_000);
    expect(client).not.to.have.any.keys('dependencies', 'peerDependencies', 'optionalDependencies');
    expect(client.version).to.equal(read('package.json').version);
  });

  it('has a README without links into the sources', () => {
    const readme = readFileSync(join(ROOT, 'dist/client/README.md'), 'utf8');
    expect(readme).to.include("from 'orderbell-client'");
    expect(readme.match(/\]\((?!https:)[^)]*\)/g) ?? []).to.deep.equal([]);
  });

  for (const resolution of ['bundler', 'nodenext']) {
    it(`has types that a strict project with ${resolution} compiles with, and that refuse what is wrong`, async () => {
      const path = await project(`types-${resolution}`, {
        'tsconfig.json': tsconfig(resolution),
        'index.ts': TYPED,
      });
      const { code, out } = await runCommand(join(ROOT, 'node_modules/.bin/tsc'), ['-p', path]);
      expect(out).to.equal('');
      expect(code).to.equal(0);
    }).timeout(60_000);
  }
});

function tsconfig(resolution: string): string {
  return JSON.stringify({
    compilerOptions: {
      target: 'es2022',
      module: resolution === 'bundler' ? 'esnext' : 'nodenext',
      moduleResolution: resolution,
      lib: ['es2022', 'dom'],
      types: [],
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      skipLibCheck: false,
      noEmit: true,
    },
    files: ['index.ts'],
  });
}

/** An error that is expected and does not come is one: types that are not found would be `any`. */
const TYPED = `
import { type Alert, type Bell, connect, type State } from 'orderbell-client';

const bell: Bell = connect({ url: 'https://bell.example', sid: 'till-1', shop: 'hill', token: async () => 'token' });
const seqs: number[] = [];
bell.on('notification', (alert: Alert) => {
  seqs.push(alert.seq);
  bell.ack(alert.seq);
});
bell.on('state', ({ name }: State) => {
  const live: boolean = name === 'live';
  // @ts-expect-error
  const wrong: boolean = name === 'dead';
  console.log(live, wrong);
});
// @ts-expect-error
bell.on('alarm', () => {});
// @ts-expect-error
connect({ url: 'https://bell.example' });
// @ts-expect-error
bell.ack('1');
bell.close();
`;

describe('an installed client', function () {
  this.timeout(60_000);
  let shopfront: Shopfront;
  let service: Service;
  before(async () => {
    shopfront = await createShopfront();
    service = await shopfront.serve();
  });
  after(() => shopfront.tearDown());

  it('rings in a script of Node.js', async () => {
    const path = await project('script', {
      'listen.js': `
        import { connect } from 'orderbell-client';
        import { WebSocket } from 'ws';
        const bell = connect({ url: process.argv[2], sid: 'script', shop: 'script', from: 'oldest', WebSocket });
        bell.on('notification', ({ seq, content }) => {
          console.log(seq, content);
          bell.close();
        });`,
    });
    symlinkSync(join(ROOT, 'node_modules/ws'), join(path, 'node_modules/ws'));
    await payOrder(service.url, '70001', 'script');
    const out = await mustRun(process.execPath, ['listen.js', service.url], { cwd: path, timeout: 30_000 });
    expect(out).to.equal('1 订单号： 70001\n');
  });

  it('rings in a page that Vite has built', async () => {
    const path = await project('page', {
      'index.html': '<!doctype html><ul></ul><script type="module" src="/main.js"></script>',
      'main.js': `
        import { connect } from 'orderbell-client';
        const bell = connect({ url: '${service.url}', sid: 'page', shop: 'page' });
        bell.on('notification', ({ content }) => {
          const item = document.createElement('li');
          item.textContent = content;
          document.querySelector('ul').append(item);
        });
        bell.on('state', ({ name }) => { document.title = name; });`,
    });
    await mustRun(join(ROOT, 'node_modules/.bin/vite'), ['build', '--logLevel', 'warn'], { cwd: path });
    expect(readdirSync(join(path, 'dist'))).to.have.members(['index.html', 'assets']);
    const site = await serveFiles(join(path, 'dist'));
    try {
      const page = await shopfront.browser.newPage();
      await page.goto(`http://127.0.0.1:${(site.address() as AddressInfo).port}/`);
      await eventually(async () => expect(await page.title()).to.equal('live'));
      await payOrder(service.url, '70002', 'page');
      await page.getByText('订单号： 70002').waitFor();
    } finally {
      site.close();
    }
  });
});

async function serveFiles(directory: string): Promise<Server> {
  const types: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript' };
  const site = createServer(({ url = '/' }, response) => {
    const file = join(directory, url === '/' ? 'index.html' : url);
    const type = types[extname(file)];
    response.writeHead(type === undefined ? 404 : 200, { 'Content-Type': type ?? 'text/plain' });
    response.end(type === undefined ? '' : readFileSync(file));
  });
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  return site;
}
