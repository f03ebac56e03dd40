/** The console as something that stays: installed, reloaded while the service is away, and told of a new version. */

import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { buildPages } from './support/pages.ts';
import { openTab, type PlainTab } from './support/plain-tab.ts';
import { createShopfront, type Shopfront } from './support/shopfront.ts';
import { spokenBy } from './support/speech.ts';
import { payOrder, shoot, type Till, WITHOUT_CHIME } from './support/till.ts';

/** Until the service worker has the page. */
async function kept({ page }: Till): Promise<void> {
  await eventually(async () => {
    const state = await page.evaluate(async () => {
      const { active } = (await navigator.serviceWorker.getRegistration()) ?? {};
      return [active?.state, (await caches.keys()).length];
    });
    expect(state).to.deep.equal(['activated', 1]);
  });
}

describe('the console that stays', function () {
  this.timeout(90_000);
  let shopfront: Shopfront;
  let tab: PlainTab | undefined;
  before(async () => {
    shopfront = await createShopfront();
  });
  afterEach(async () => {
    await tab?.close();
    tab = undefined;
    await shopfront.clear();
  });
  after(() => shopfront.tearDown());

  it('can be installed, each shop by itself and in its language', async () => {
    const service = await shopfront.serve();
    tab = await openTab(`${service.url}/?shop=corner`, {
      script: '',
      arguments: ['--lang=zh-CN', '--accept-lang=zh-CN'],
    });
    const current = tab;
    await eventually(async () =>
      expect(await current.command('Page.getInstallabilityErrors')).to.deep.equal({
        installabilityErrors: [],
      }),
    );
    const { errors, data, url } = await eventually(async () => {
      const found = await current.command('Page.getAppManifest');
      expect(found.url, 'named by the page').to.include('shop=corner');
      return found;
    });
    expect(errors).to.deep.equal([]);
    const manifest = JSON.parse(String(data));
    expect(manifest).to.include({
      ...{ id: './?shop=corner', start_url: './?shop=corner', scope: './', display: 'standalone' },
      ...{ name: 'Orderbell 来单提醒 · corner', lang: 'zh-CN' },
    });
    for (const { src, sizes, type } of manifest.icons) {
      const answer = await fetch(new URL(src, String(url)));
      const bytes = Buffer.from(await answer.arrayBuffer());
      // As the header of a PNG has them.
      expect(`${bytes.readUInt32BE(16)}x${bytes.readUInt32BE(20)}`, src).to.equal(sizes);
      expect(answer.headers.get('content-type')).to.equal(type);
      expect(answer.headers.get('cache-control')).to.include('immutable');
    }
    expect(
      manifest.icons.map(({ sizes, purpose }: Record<string, string>) => `${sizes} ${purpose}`),
    ).to.have.members(['192x192 any', '512x512 any', '192x192 maskable', '512x512 maskable']);
  });

  it('shows itself after a reload while the service is away, says so aloud, and goes on when it is back', async () => {
    const service = await shopfront.serve();
    const { port } = new URL(service.url);
    const till = await shopfront.open(service, { shop: 'away', settings: WITHOUT_CHIME });
    await kept(till);
    await service.stop();
    await till.page.reload();
    await till.page.getByRole('heading', { level: 1 }).click();
    await till.page.getByTestId('banner-lost').waitFor({ timeout: 20_000 });
    await shoot(till, 'reloaded-away');
    await eventually(async () =>
      expect((await spokenBy(till.page)).map(({ text }) => text)).to.include(
        'The connection is lost. Please check the network.',
      ),
    );
    const again = await shopfront.serve({ PORT: port });
    await till.live();
    await payOrder(again.url, '10001', 'away');
    await till.popUps.first().waitFor();
    expect(till.faults).to.deep.equal([]);
  });

  it('keeps the page and its files, of this build alone, and nothing of the shop', async () => {
    const service = await shopfront.serve();
    const till = await shopfront.open(service, { shop: 'bare' });
    await payOrder(service.url, '10002', 'bare');
    await till.popUps.first().waitFor();
    await till.page.evaluate(() => caches.open('orderbell-shell / of-before'));
    await till.page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.unregister());
    await till.page.reload();
    await kept(till);
    const paths = await till.page.evaluate(async () => {
      const names = await caches.keys();
      const caught = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
      return caught.flat().map(({ url }) => new URL(url).pathname + new URL(url).search);
    });
    expect(
      paths.filter((path) => path !== '/' && !/^\/console\/[\w-]+\.(js|css|svg|png)$/.test(path)),
    ).to.deep.equal([]);
    expect(paths).to.include('/').and.to.have.length.greaterThan(6);
    expect(till.faults).to.deep.equal([]);
  });

  it('says that there is a new version, and reloads at a press alone', async () => {
    const first = await shopfront.serve();
    const { port } = new URL(first.url);
    const till = await shopfront.open(first, { shop: 'version', settings: WITHOUT_CHIME });
    await kept(till);
    const banner = till.page.getByTestId('banner-version');
    await till.page.evaluate(() => Object.assign(window, { isSamePage: true }));
    await first.stop();
    const later = await buildPages();
    try {
      makeOther(later.directory);
      await shopfront.surroundings.serve({ PORT: port }, { pagesDirectory: later.directory });
      await till.live();
      await banner.waitFor({ timeout: 30_000 });
      await shoot(till, 'new-version');
      expect(await till.page.evaluate(() => 'isSamePage' in window)).to.equal(true);
      await till.page.getByTestId('reload').click();
      await till.live();
      expect(await till.page.locator('meta[name=build]').getAttribute('content')).to.equal('another-build');
      expect(await banner.count()).to.equal(0);
      expect(till.faults).to.deep.equal([]);
    } finally {
      later.remove();
    }
  });

  it('sounds without a press where the browser is started for a kiosk, and not else', async () => {
    const service = await shopfront.serve();
    for (const [flags, state] of [
      [['--autoplay-policy=no-user-gesture-required'], 'speaking-tab'],
      [[], 'locked'],
    ] as const) {
      tab = await openTab(`${service.url}/?shop=kiosk-${flags.length}`, { script: '', arguments: flags });
      const current = tab;
      await eventually(async () =>
        expect(
          await current.evaluate(`document.querySelector('[data-testid=sound]')?.dataset.state`),
        ).to.equal(state),
      );
      await tab.close();
    }
    tab = undefined;
  });
});

/** The pages of a build that differs, as a later version has them. */
function makeOther(directory: string): void {
  const pages = join(directory, 'console');
  const [, build = ''] =
    /name="build" content="([^"]+)"/.exec(readFileSync(join(pages, 'index.html'), 'utf8')) ?? [];
  for (const name of ['index.html', 'service-worker.js']) {
    const path = join(pages, name);
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll(build, 'another-build'));
    for (const suffix of ['.br', '.gz']) rmSync(path + suffix, { force: true });
  }
}
