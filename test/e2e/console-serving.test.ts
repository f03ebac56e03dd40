/** How the console and the client library are served: what a browser may do with them, and what it may keep. */

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import { bundlePages } from '../../src/dev/bundle-pages.ts';
import { ask } from '../support/http-client.ts';
import type { Service } from '../support/service.ts';
import { createSurroundings, type Surroundings } from '../support/surroundings.ts';

describe('serving the console', () => {
  let around: Surroundings;
  let directory: string;
  let service: Service;
  before(async () => {
    around = await createSurroundings();
    directory = mkdtempSync(join(tmpdir(), 'orderbell-pages-'));
    await bundlePages({ directory, demo: false });
    service = await around.serve({ HTTP_ALLOWED_HOSTS: '*' }, { pagesDirectory: directory });
  });
  after(async () => {
    await around.tearDown();
    rmSync(directory, { recursive: true });
  });

  const get = (path: string, headers = {}) => ask(service.url, path, { headers });

  /** What the page loads, as it names it. */
  async function assetsOfPage(): Promise<string[]> {
    const { text } = await get('/');
    return [...text.matchAll(/(?:src|href|content)="(console\/[^"]+)"/g)].map(([, path]) => `/${path}`);
  }

  it('gives the page, to be asked for again each time', async () => {
    const { status, headers, text } = await get('/');
    expect(status).to.equal(200);
    expect(headers).to.include({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      vary: 'Accept-Encoding',
    });
    expect(headers['permissions-policy']).to.include('camera=()').and.to.include('screen-wake-lock=(self)');
    expect(text).to.match(/^<!doctype html>/);
  });

  it('lets the page run and load nothing but what was built with it', async () => {
    const { headers } = await get('/');
    const { host } = new URL(service.url);
    expect(String(headers['content-security-policy']).split('; ')).to.deep.equal([
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self' data:",
      `connect-src 'self' ws://${host} wss://${host}`,
      "manifest-src 'self'",
      "font-src 'none'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
      'trusted-types orderbell-worker',
    ]);
  });

  it('takes nothing into that from a host that is none', async () => {
    for (const host of ['evil; script-src *', 'a b', '[::1', 'a:b:c', "x'"]) {
      const { headers } = await get('/', { host });
      expect(headers['content-security-policy'], host).to.include("connect-src 'self';");
    }
    for (const host of ['bell.example', 'bell.example:8443', '[::1]:8080', '192.168.1.7']) {
      const { headers } = await get('/', { host });
      expect(headers['content-security-policy']).to.include(`connect-src 'self' ws://${host} wss://${host};`);
    }
  });

  it('has no script, style or handler in the page itself', async () => {
    const { text } = await get('/');
    expect(text).not.to.match(/<style|\sstyle=|\son[a-z]+=|javascript:/i);
    expect(text.match(/<script[^>]*>[^<]*/g)).to.have.length(1);
    expect(text).to.match(/<script type="module" src="console\/main-[A-Z0-9]+\.js"><\/script>/);
  });

  it('names the parts of its script that come with it, and none of those on demand', async () => {
    const assets = (await assetsOfPage()).map((path) => basename(path));
    const pending = assets.filter((name) => name.startsWith('main-'));
    const found = new Set<string>();
    const onDemand: string[] = [];
    for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
      const script = readFileSync(join(directory, 'console', 'assets', name), 'utf8');
      for (const [, part = ''] of script.matchAll(/(?:from|import)"\.\/(part-[^"]+)"/g)) {
        if (!found.has(part)) pending.push(part);
        found.add(part);
      }
      onDemand.push(...[...script.matchAll(/import\("\.\/(part-[^"]+)"\)/g)].map(([, part = '']) => part));
    }
    expect(assets.filter((name) => name.startsWith('part-'))).to.have.members([...found]);
    expect(onDemand).to.have.length.greaterThan(0);
    expect(onDemand.filter((part) => assets.includes(part))).to.deep.equal([]);
  });

  it('has its service worker keep every script and style, also what is loaded on demand', () => {
    const worker = readFileSync(join(directory, 'console', 'service-worker.js'), 'utf8');
    const names = readdirSync(join(directory, 'console', 'assets')).filter((name) =>
      /\.(js|css)$/.test(name),
    );
    expect(names).to.have.length.greaterThan(4);
    expect(names.filter((name) => !worker.includes(`"console/${name}"`))).to.deep.equal([]);
  });

  it('gives what the page loads, to be kept for ever', async () => {
    const assets = await assetsOfPage();
    expect(assets.filter((path) => !path.includes('/part-'))).to.have.length(5);
    for (const path of assets) {
      const { status, headers, bytes } = await get(path);
      expect(status, path).to.equal(200);
      expect(path).to.match(/-[A-Z0-9]{8}\.(js|css|svg|png)$/);
      expect(headers['cache-control']).to.equal('public, max-age=31536000, immutable');
      expect(headers['content-type']).to.match(
        /^(text\/javascript; charset=utf-8|text\/css; charset=utf-8|image\/svg\+xml|image\/png)$/,
      );
      expect(headers['x-content-type-options']).to.equal('nosniff');
      expect(Number(headers['content-length'])).to.equal(bytes.length).and.to.be.greaterThan(0);
    }
  });

  it('sends it compressed as the client wishes, and each form is an entity of its own', async () => {
    const style = (await assetsOfPage()).find((path) => path.endsWith('.css')) ?? '';
    const plain = await get(style);
    const brotli = await get(style, { 'accept-encoding': 'gzip, deflate, br' });
    const gzip = await get(style, { 'accept-encoding': 'gzip' });
    expect([plain, brotli, gzip].map(({ headers }) => headers['content-encoding'])).to.deep.equal([
      undefined,
      'br',
      'gzip',
    ]);
    expect(brotliDecompressSync(brotli.bytes)).to.deep.equal(plain.bytes);
    expect(gunzipSync(gzip.bytes)).to.deep.equal(plain.bytes);
    expect(new Set([plain, brotli, gzip].map(({ headers }) => headers.etag)).size).to.equal(3);
  });

  it('sends nothing again to whoever has it', async () => {
    for (const encoding of ['identity', 'br']) {
      const accept = { 'accept-encoding': encoding };
      const { headers } = await get('/', accept);
      const again = await get('/', { ...accept, 'if-none-match': headers.etag });
      expect([again.status, again.bytes.length]).to.deep.equal([304, 0]);
      expect(again.headers).to.include({
        etag: headers.etag,
        'cache-control': 'no-cache',
        vary: 'Accept-Encoding',
      });
      expect(again.headers).not.to.have.property('content-length');
      expect((await get('/', { ...accept, 'if-none-match': '"other"' })).status).to.equal(200);
    }
  });

  it('answers HEAD with the same headers and no body', async () => {
    const script = (await assetsOfPage()).find((path) => path.includes('main-')) ?? '';
    for (const path of ['/', script, '/client.js', '/reconnect.js']) {
      for (const encoding of ['identity', 'br']) {
        const headers = { 'accept-encoding': encoding };
        const [head, whole] = [
          await ask(service.url, path, { method: 'HEAD', headers }),
          await get(path, headers),
        ];
        const { date: _, ...same } = whole.headers;
        expect(head.headers).to.include(same);
        expect([head.status, head.bytes.length]).to.deep.equal([200, 0]);
      }
    }
  });

  it('gives the client library, and the script for old pages, to any page', async () => {
    for (const [path, file] of [
      ['/client.js', 'orderbell-client.js'],
      ['/reconnect.js', 'reconnect.js'],
    ] as const) {
      const { headers, text } = await get(path);
      expect(text).to.equal(readFileSync(join(directory, 'client', file), 'utf8'));
      expect(headers).to.include({
        'content-type': 'text/javascript; charset=utf-8',
        'access-control-allow-origin': '*',
        'cross-origin-resource-policy': 'cross-origin',
        'cache-control': 'no-cache',
      });
    }
  });

  it('gives what the page is installed by, for one shop and in one language', async () => {
    const of = async (query: string) => {
      const { headers, text } = await get(`/manifest.webmanifest${query}`);
      expect(headers).to.include({
        'content-type': 'application/manifest+json',
        'cache-control': 'no-cache',
      });
      const { name, lang, start_url } = JSON.parse(text);
      return { name, lang, start_url };
    };
    expect(await of('')).to.deep.equal({ name: 'Orderbell', lang: 'en', start_url: './' });
    expect(await of('?shop=corner&lang=zh')).to.deep.equal({
      name: 'Orderbell 来单提醒 · corner',
      lang: 'zh-CN',
      start_url: './?shop=corner',
    });
    expect(await of('?shop=a%26b&lang=xx')).to.deep.equal({ name: 'Orderbell', lang: 'en', start_url: './' });
  });

  it('lets the service worker ask for the page, and nothing else run in it', async () => {
    const { headers } = await get('/service-worker.js');
    expect(headers['content-security-policy']).to.equal("default-src 'none'; connect-src 'self'");
  });

  it('gives no file that the page does not load, wherever it lies', async () => {
    for (const path of [
      '/console/none.js',
      '/console/..%2Findex.html',
      '/console/%2e%2e%2fclient%2forderbell-client.js',
    ]) {
      const { status, body } = await get(path);
      expect([status, body.reason], path).to.deep.equal([404, 'route-not-found']);
    }
  });

  it('refuses other methods', async () => {
    for (const path of ['/', '/client.js', '/console/x.js']) {
      const { status, headers } = await ask(service.url, path, { method: 'DELETE' });
      expect([status, headers.allow], path).to.deep.equal([405, 'GET, HEAD']);
    }
  });

  it('has nothing of the demo panel in what is built for production', () => {
    const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((file) =>
      file.isFile(),
    );
    expect(files.map(({ name }) => name).filter((name) => name.includes('demo'))).to.deep.equal([]);
    const built = files.filter(({ name }) => /\.(js|css|html)$/.test(name));
    expect(built.length).to.be.greaterThan(3);
    for (const { parentPath, name } of built) {
      const text = readFileSync(join(parentPath, name), 'utf8');
      expect(text, name).not.to.match(/demo|演示|payments\/notify/i);
    }
  });

  it('names no source and no place of the machine that built it', () => {
    const assets = join(directory, 'console', 'assets');
    for (const name of readdirSync(assets).filter((file) => /\.(js|css)$/.test(file))) {
      expect(readFileSync(join(assets, name), 'utf8'), name).not.to.match(/sourceMappingURL|file:\/\//);
    }
  });

  describe('that was built for development', () => {
    let development: string;
    before(async () => {
      development = mkdtempSync(join(tmpdir(), 'orderbell-pages-'));
      await bundlePages({ directory: development, demo: true });
    });
    after(() => rmSync(development, { recursive: true }));

    it('has the demo panel where the service is run for development', async () => {
      const demo = await around.serve(
        { NODE_ENV: 'development', PORT: '0' },
        { pagesDirectory: development },
      );
      const { text } = await ask(demo.url, '/');
      const [, script] = /src="(console\/demo-[A-Z0-9]+\.js)"/.exec(text) ?? [];
      expect(await ask(demo.url, `/${script}`)).to.include({ status: 200 });
    });

    it('has none, by whatever name, where it is not', async () => {
      const other = await around.serve({}, { pagesDirectory: development });
      const { text } = await ask(other.url, '/');
      expect(text).to.include('console/main-').and.not.to.include('demo');
      const names = readdirSync(join(development, 'console', 'assets')).filter((name) =>
        name.startsWith('demo'),
      );
      expect(names).not.to.have.length(0);
      for (const name of names) expect((await ask(other.url, `/console/${name}`)).status, name).to.equal(404);
    });
  });

  it('says what to do where nothing was built', async () => {
    const bare = await around.serve({}, { pagesDirectory: join(directory, 'nothing') });
    for (const path of ['/', '/client.js', '/console/main-AAAAAAAA.js']) {
      const { status, body } = await ask(bare.url, path);
      expect([status, body.code, body.reason], path).to.deep.equal([404, 0, 'route-not-found']);
      expect(body.msg).to.include('npm run build');
    }
  });

  it('is done by a process that takes orders and by one that has the sockets, and by no other', async () => {
    for (const [roles, status] of [
      ['http', 200],
      ['gateway', 200],
      ['relay,worker', 404],
    ] as const) {
      const one = await around.serve({ ROLES: roles }, { pagesDirectory: directory });
      expect((await ask(one.url, '/')).status, roles).to.equal(status);
    }
  });
});
