import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { ask } from '../support/http-client.ts';
import type { Service } from '../support/service.ts';
import { createSurroundings, type Surroundings } from '../support/surroundings.ts';

describe("a shop's log over HTTP", () => {
  let around: Surroundings;
  let service: Service;
  before(async () => {
    around = await createSurroundings();
    service = await around.serve();
    await around.pay('paged', 1, 250);
    await eventually(async () => expect((await read('/shops/paged/notifications')).head).to.equal(250));
  });
  after(() => around.tearDown());

  const read = async (path: string) => (await ask(service.url, path)).body.data;
  const seqs = (page: { notifications: { seq: number }[] }) => page.notifications.map(({ seq }) => seq);

  it('gives the first hundred, and by next all of it without gap or repeat', async () => {
    const pages: number[][] = [];
    for (let since: number | null = 0; since !== null; ) {
      const page = await read(`/shops/paged/notifications?since=${since}`);
      pages.push(seqs(page));
      since = page.next;
    }
    expect(pages.map(({ length }) => length)).to.deep.equal([100, 100, 50]);
    expect(pages.flat()).to.deep.equal(Array.from({ length: 250 }, (_, index) => index + 1));
  });

  it('shows a notification with its place, its event and its time, and where the log stands', async () => {
    const page = await read('/shops/paged/notifications?since=41&limit=1');
    const [{ eventId, orderId, content, occurredAt, ...rest }] = page.notifications;
    expect(rest).to.deep.equal({ seq: 42, type: 1 });
    expect(content).to.equal(`订单号： paged-${orderId}`);
    expect(eventId).to.match(/^[0-9a-f-]{36}$/);
    expect(new Date(occurredAt).toISOString()).to.equal(occurredAt);
    expect(page).to.include({ shop: 'paged', head: 250, oldest: 1, next: 42 });
    expect(page.epoch).to.match(/^[A-Za-z0-9._-]{1,64}$/);
  });

  it('takes a limit of 1000, and gives nothing after the head', async () => {
    expect(seqs(await read('/shops/paged/notifications?limit=1000'))).to.have.length(250);
    expect(await read('/shops/paged/notifications?since=250')).to.deep.include({
      notifications: [],
      next: null,
    });
    expect(await read('/shops/paged/notifications?since=9007199254740991')).to.include({ next: null });
  });

  it('begins with the oldest that is kept', async () => {
    await around.pay('trimmed', 1, 5);
    await eventually(async () => expect((await read('/shops/trimmed/notifications')).head).to.equal(5));
    await around.database.pool.query("DELETE FROM notifications WHERE shop_id = 'trimmed' AND seq < 4");
    await around.database.pool.query("UPDATE shops SET oldest = 4 WHERE id = 'trimmed'");
    const page = await read('/shops/trimmed/notifications');
    expect(seqs(page)).to.deep.equal([4, 5]);
    expect(page).to.include({ head: 5, oldest: 4, next: null });
  });

  it('shows a shop never heard of as an empty log, and makes none', async () => {
    expect(await read('/shops/nobody/notifications')).to.deep.include({
      head: 0,
      oldest: 1,
      notifications: [],
    });
    const { rows } = await around.database.pool.query("SELECT FROM shops WHERE id = 'nobody'");
    expect(rows).to.have.length(0);
  });

  it('gives what was logged in a stretch of time, in pages, with the time, in numbers, and by number', async () => {
    await around.database.pool.query(
      "UPDATE notifications SET stored_at = now() - interval '1 hour' + make_interval(secs => seq) WHERE shop_id = 'paged'",
    );
    const { notifications: all } = await read(
      '/shops/paged/notifications?from=2020-01-01T00:00:00Z&limit=1000',
    );
    const { loggedAt } = all[100];
    expect(new Date(loggedAt).toISOString()).to.equal(loggedAt);
    const first = await read(`/shops/paged/notifications?from=${all[50].loggedAt}&to=${loggedAt}&limit=40`);
    expect(seqs(first)).to.deep.equal(Array.from({ length: 40 }, (_, index) => index + 51));
    expect(first.next).to.equal(90);
    const second = await read(`/shops/paged/notifications?from=${all[50].loggedAt}&to=${loggedAt}&since=90`);
    expect(seqs(second)).to.deep.equal(Array.from({ length: 10 }, (_, index) => index + 91));
    expect(second.next).to.equal(null);
    const { kinds, keptFrom } = await read(`/shops/paged/notifications/summary?to=${loggedAt}`);
    expect(kinds).to.have.length(1);
    expect(kinds[0]).to.include({ type: 1, logged: 100, open: 100, acknowledged: 0 });
    expect(keptFrom).to.equal(all[0].loggedAt);
    const found = await read('/shops/paged/notifications/search?number=paged-200');
    expect(seqs(found)).to.deep.equal([200]);
    expect(found.next).to.equal(null);
  });

  it('takes an offset, and is empty for a shop never heard of', async () => {
    const from = encodeURIComponent('2025-03-07T00:00:00+08:00');
    expect(seqs(await read(`/shops/paged/notifications?from=${from}&limit=1`))).to.deep.equal([1]);
    const range = 'from=2025-03-07T00:00:00Z&to=2025-03-08T00:00:00Z';
    expect(await read(`/shops/nobody/notifications?${range}`)).to.deep.include({
      head: 0,
      notifications: [],
    });
    expect(await read(`/shops/nobody/notifications/summary?${range}`)).to.deep.include({
      keptFrom: null,
      kinds: [],
    });
    expect(await read('/shops/nobody/notifications/search?number=1')).to.deep.include({
      notifications: [],
      next: null,
    });
  });

  for (const path of [
    '/shops/paged/notifications?since=-1',
    '/shops/paged/notifications?since=abc',
    '/shops/paged/notifications?since=1.5',
    '/shops/paged/notifications?since=9007199254740992',
    '/shops/paged/notifications?limit=0',
    '/shops/paged/notifications?limit=1001',
    '/shops/paged/notifications?limit=many',
    '/shops/paged/notifications?from=yesterday',
    '/shops/paged/notifications?to=2025-02-30T00:00:00Z',
    '/shops/paged/notifications?from=2025-03-06',
    '/shops/paged/notifications?from=2025-03-06T00:00:00',
    '/shops/paged/notifications?from=2025-03-06T00:00:00Z&to=2025-03-06T00:00:00Z',
    '/shops/paged/notifications/summary?from=1741219200000',
    '/shops/paged/notifications/summary?from=2025-03-07T00:00:00Z&to=2025-03-06T00:00:00Z',
    '/shops/paged/notifications/search',
    '/shops/paged/notifications/search?number=%20',
    `/shops/paged/notifications/search?number=${'1'.repeat(65)}`,
    '/shops/paged/notifications/search?number=1%00',
    '/shops/paged/notifications/search?number=1&before=0',
    '/shops/paged/notifications/search?number=1&limit=1001',
    '/shops/a.b/notifications/summary',
    '/shops/a.b/notifications',
    `/shops/${'x'.repeat(65)}/notifications`,
  ]) {
    it(`calls ${path.slice(0, 60)} invalid`, async () => {
      const { status, body } = await ask(service.url, path);
      expect([status, body.code, body.reason]).to.deep.equal([422, 0, 'invalid']);
    });
  }
});
