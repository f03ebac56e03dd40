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

  for (const path of [
    '/shops/paged/notifications?since=-1',
    '/shops/paged/notifications?since=abc',
    '/shops/paged/notifications?since=1.5',
    '/shops/paged/notifications?since=9007199254740992',
    '/shops/paged/notifications?limit=0',
    '/shops/paged/notifications?limit=1001',
    '/shops/paged/notifications?limit=many',
    '/shops/a.b/notifications',
    `/shops/${'x'.repeat(65)}/notifications`,
  ]) {
    it(`calls ${path.slice(0, 60)} invalid`, async () => {
      const { status, body } = await ask(service.url, path);
      expect([status, body.code, body.reason]).to.deep.equal([422, 0, 'invalid']);
    });
  }
});
