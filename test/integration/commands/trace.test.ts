/** `orderbell trace`, on orders that really went through the service, or got stuck on the way. */

import { expect } from 'chai';
import { runCli } from '../../support/cli.ts';
import { publishAll } from '../../support/events.ts';
import { eventually } from '../../support/eventually.ts';
import { post } from '../../support/http-client.ts';
import type { Service } from '../../support/service.ts';
import { createSurroundings, type Surroundings } from '../../support/surroundings.ts';

describe('orderbell trace', () => {
  let around: Surroundings;
  beforeEach(async () => {
    around = await createSurroundings();
  });
  afterEach(() => around.tearDown());

  const trace = (...args: string[]) => runCli(['trace', ...args], around);
  const asJson = async (order: string) => JSON.parse((await trace(order, '--json')).lines.join('\n'));
  const whats = async (order: string): Promise<string[]> =>
    (await asJson(order)).steps.map(({ what }: { what: string }) => what);

  async function pay(service: Service, number: string): Promise<number> {
    const { body } = await post(service.url, '/orders', { number, amount: 1, shopId: 'corner' });
    await post(service.url, '/payments/notify', { outTradeNo: number });
    return body.data.id;
  }

  it('shows the way of an order from its creation to its acknowledgement, by its id and by its number', async () => {
    const service = await around.serve();
    const till = await around.open(service, 'till-1', { query: { shop: 'corner' } });
    await till.nextOf('ready');
    const id = await pay(service, 'n-1');
    const { eventId } = await till.nextOf('notification');
    till.send({ kind: 'ack', seq: 1 });
    await till.nextOf('receipt');
    await post(service.url, `/orders/${id}/reminders`);
    await till.nextOf('notification');

    const { lines, error } = await trace(String(id));
    expect(error).to.equal(undefined);
    const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/;
    expect(lines[0]).to.equal(`order ${id}`);
    expect(lines.slice(1).every((line) => time.test(line))).to.equal(true);
    const received = lines
      .slice(1)
      .map((line) => line.replace(time, '').replace(/^ *(\+\S+ (ms|s|min))? */, ''));
    expect(received.map((line) => line.split(' ')[0])).to.deep.equal([
      ...['created', 'paid', 'published', 'logged', 'acknowledged', 'reminded', 'published', 'logged'],
    ]);
    expect(received[0]).to.include('number n-1, shop corner');
    expect(received[1]).to.include(eventId);
    expect(received[2]).to.match(new RegExp(`^published +${eventId} +to the broker$`));
    expect(received[3]).to.match(
      new RegExp(`${eventId} +new order, seq 1 of shop corner, .+ after it occurred`),
    );
    expect(received[4]).to.include('seq 1 by till-1, receipt 1');
    expect(received[7]).to.include('reminder, seq 2 of shop corner');
    expect((await trace('n-1')).lines).to.deep.equal(lines);
    expect(await asJson('n-1')).to.include({
      orderId: id,
      orderNumber: 'n-1',
      isOurs: true,
      isMissing: false,
    });
  });

  it('shows each of the orders of several shops that have one number', async () => {
    const service = await around.serve({ ROLES: 'http' });
    const ids: number[] = [];
    for (const shopId of ['corner', 'hill']) {
      const { body } = await post(service.url, '/orders', { number: 'n-1', amount: 1, shopId });
      ids.push(body.data.id);
    }
    await post(service.url, '/payments/notify', { outTradeNo: 'n-1', shopId: 'hill' });
    const message = { key: 'order.paid', body: { orderId: 0, orderNumber: 'n-1', shopId: 'corner' } };
    await around.serve({ ROLES: 'worker' });
    await publishAll(around.broker.connection, around.broker.names.orders, [message]);
    const trails = async () => (await trace('n-1', '--json')).lines.map((line) => JSON.parse(line));
    const steps = ({ steps }: { steps: { what: string }[] }) => steps.map(({ what }) => what).toSorted();
    await eventually(async () => {
      expect((await trails()).map(steps)).to.deep.equal([
        ['created', 'refused'],
        ['created', 'paid', 'waits'],
      ]);
    });
    const known = (await trails()).map(({ orderId, shopId }) => [orderId, shopId]);
    expect(known).to.deep.equal([
      [ids[0], 'corner'],
      [ids[1], 'hill'],
    ]);
    const heads = (await trace('n-1')).lines.filter((line) => line.startsWith('order '));
    expect(heads).to.deep.equal(ids.map((id) => `order ${id}`));
  });

  it('shows an event that waits in the outbox', async () => {
    const service = await around.serve({ ROLES: 'http' });
    const id = await pay(service, 'n-1');
    await pay(service, 'another');
    const { steps, isMissing } = await asJson(String(id));
    expect(steps.map(({ what }: { what: string }) => what)).to.have.members(['created', 'paid', 'waits']);
    expect(steps.at(-1).detail).to.equal('order.paid was recorded and waits in the outbox');
    expect(isMissing).to.equal(false);
  });

  it('says that the payment of an order is nowhere, and what may have become of it', async () => {
    const service = await around.serve();
    const id = await pay(service, 'n-1');
    await eventually(async () => expect(await whats(String(id))).to.include('logged'));
    // As if the event had been in a queue that somebody deleted.
    await around.database.pool.query('DELETE FROM notifications');
    const { lines } = await trace(String(id));
    expect(lines.at(-1)).to.match(
      /^The event of its payment is neither in .*`orderbell reconcile --dry-run`/,
    );
    expect((await asJson(String(id))).isMissing).to.equal(true);
  });

  it('shows what is known of an order of another service, also of one whose id no number holds', async () => {
    await around.serve();
    const ids = ['12345', '98765432109876543210'];
    await publishAll(
      around.broker.connection,
      around.broker.names.orders,
      ids.map((id) => ({
        key: 'order.paid',
        body: { orderId: id, orderNumber: `up-${id}`, shopId: 'corner' },
      })),
    );
    for (const id of ids) {
      await eventually(async () => expect(await whats(id)).to.deep.equal(['logged']));
      const { lines } = await trace(id);
      expect(lines[0]).to.equal(`${id} is not an order of this service`);
      expect(lines[1]).to.match(/logged .*new order, seq \d of shop corner/);
      expect((await asJson(id)).isOurs).to.equal(false);
    }
  });

  it('shows the dead letters that are about it, and leaves them where they are', async () => {
    await around.serve();
    const messages = [
      { key: 'order.paid', body: { orderId: 55 } },
      { key: 'order.paid', body: 'order 55, not JSON' },
      { key: 'order.paid', body: { orderId: 56 } },
    ];
    await publishAll(around.broker.connection, around.broker.names.orders, messages);
    await eventually(async () => expect(await whats('55')).to.deep.equal(['refused', 'refused']));
    const { lines } = await trace('55');
    expect(lines[1]).to.match(/refused .*order\.paid, dead letter [0-9a-f]{12}, invalid: .*orderNumber/);
    expect(await whats('56')).to.deep.equal(['refused']);
    expect((await runCli(['dead', 'list'], around)).lines.at(-1)).to.equal('3 dead letters');
  });

  it('finds a dead letter by the number of an order that is not ours', async () => {
    await around.serve();
    const message = { key: 'order.paid', body: { orderId: 0, orderNumber: 'up-1' } };
    await publishAll(around.broker.connection, around.broker.names.orders, [message]);
    await eventually(async () => expect(await whats('up-1')).to.deep.equal(['refused']));
  });

  it('fails where nothing is known of the order', async () => {
    await around.serve();
    for (const order of ['404', 'no-such-number', '0', '99999999999999999999']) {
      const { error, exitCode, lines } = await trace(order);
      expect(error?.message).to.equal(`nothing is known of an order ${order}`);
      expect([exitCode, lines]).to.deep.equal([1, []]);
    }
  });

  it('shows the rest while RabbitMQ is away, and says what it did not look at', async () => {
    const service = await around.serve({ ROLES: 'http' });
    const id = await pay(service, 'n-1');
    const { lines, notes, error } = await runCli(['trace', String(id)], { database: around.database });
    expect(error).to.equal(undefined);
    expect(lines[0]).to.equal(`order ${id}`);
    expect(notes.join()).to.match(/^the dead letters were not looked at: RabbitMQ: /);
  });

  it('fails while Postgres is away', async () => {
    const { error } = await runCli(['trace', '1'], { broker: around.broker });
    expect(error).to.include({ code: 'database-unavailable' });
  });
});
