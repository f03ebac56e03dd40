/** The sender against receivers that behave as receivers do. */

import { expect } from 'chai';
import { Webhook } from 'standardwebhooks';
import type { WebhookTarget } from '../../../src/domain/escalation-target.ts';
import { createDeliveryBench, type DeliveryBench, newSecret } from '../../support/deliveries.ts';
import { eventually } from '../../support/eventually.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../../support/webhook-receiver.ts';

describe('the sender of deliveries', () => {
  let bench: DeliveryBench;
  let receiver: WebhookReceiver;
  let target: WebhookTarget;

  before(async () => {
    bench = await createDeliveryBench();
  });
  beforeEach(async () => {
    receiver = await startWebhookReceiver();
    target = { kind: 'webhook', url: `${receiver.url}alerts?of=shops`, secrets: [newSecret()] };
  });
  afterEach(async () => {
    await receiver.close();
    await bench.clear();
  });
  after(() => bench.tearDown());

  const state = async (id: string) => {
    const { state, reason, last_result } = await bench.row(id);
    return [state, reason, last_result];
  };
  const becomes = (id: string, ...expected: (string | null)[]) =>
    eventually(async () => expect(await state(id)).to.deep.equal(expected));

  it('makes a delivery once, signed by Standard Webhooks, under its own id', async () => {
    bench.send({ owner: target });
    const id = await bench.deliver('owner');
    await becomes(id, 'delivered', null, '204');
    const [call] = receiver.calls;
    expect(receiver.calls).to.have.length(1);
    expect(call?.path).to.equal('/alerts?of=shops');
    expect(call?.headers).to.include({
      'webhook-id': id,
      'content-type': 'application/json',
      'user-agent': 'Orderbell/test',
    });
    const verified = new Webhook(target.secrets[0] ?? '').verify(call?.body ?? '', call?.headers ?? {});
    expect(verified).to.deep.include({ type: 'notification.escalated' });
    expect(bench.observed).to.deep.equal(['webhook 2xx', 'webhook delivered']);
  });

  const REFUSALS = [500, 503, 400, 401, 404, 405, 408, 422, 425, 429, 304, 302];
  for (const status of REFUSALS) {
    it(`tries again after ${status}, with the same id and a new signature`, async () => {
      receiver.answer(status);
      bench.send({ owner: target });
      const id = await bench.deliver('owner');
      await becomes(id, 'pending', null, String(status));
      expect((await bench.row(id)).due_in).to.be.within(5, 7);
      receiver.answer(200);
      await bench.hasten(id);
      await becomes(id, 'delivered', null, '200');
      expect(receiver.calls.map(({ headers }) => headers['webhook-id'])).to.deep.equal([id, id]);
      for (const { body, headers } of receiver.calls)
        new Webhook(target.secrets[0] ?? '').verify(body, headers);
    });
  }

  it('goes by the schedule from attempt to attempt', async () => {
    receiver.answer(500);
    bench.send({ owner: target });
    const id = await bench.deliver('owner');
    for (const [index, seconds] of [5, 15, 45, 120, 300, 300].entries()) {
      await eventually(async () => {
        const { attempts, due_in } = await bench.row(id);
        expect(attempts).to.equal(index + 1);
        expect(due_in).to.be.within(seconds, seconds + 2);
      });
      await bench.hasten(id);
    }
  });

  it('follows no redirect', async () => {
    const other = await startWebhookReceiver();
    receiver.answer((_, response) => response.writeHead(307, { location: other.url }).end());
    bench.send({ owner: target });
    await becomes(await bench.deliver('owner'), 'pending', null, '307');
    expect(other.calls).to.deep.equal([]);
    await other.close();
  });

  it('waits as long as Retry-After asks for, in seconds and as a date', async () => {
    bench.send({ owner: target });
    receiver.answer((_, response) => response.writeHead(429, { 'retry-after': '77' }).end());
    const first = await bench.deliver('owner');
    await becomes(first, 'pending', null, '429');
    expect((await bench.row(first)).due_in).to.be.within(77, 79);
    const at = new Date(Date.now() + 100_000).toUTCString();
    receiver.answer((_, response) => response.writeHead(503, { 'retry-after': at }).end());
    const second = await bench.deliver('owner');
    await becomes(second, 'pending', null, '503');
    expect((await bench.row(second)).due_in).to.be.within(98, 102);
  });

  it('waits no longer than it has until the expiry, and ends then', async () => {
    receiver.answer((_, response) => response.writeHead(429, { 'retry-after': '3000' }).end());
    bench.send({ owner: target });
    const id = await bench.deliver('owner', { expiresAt: new Date(Date.now() + 1_500) });
    await eventually(async () => expect((await bench.row(id)).last_result).to.equal('429'));
    await becomes(id, 'ended', 'expired', '429');
    expect(receiver.calls).to.have.length(1);
    expect(bench.observed.at(-1)).to.equal('webhook expired 1');
  });

  it('ends at 410, and begins no other delivery to the address, until it is another one', async () => {
    receiver.answer(410);
    const first = bench.send({ owner: target });
    const gone = await bench.deliver('owner');
    await becomes(gone, 'ended', 'gone', '410');
    receiver.answer(204);
    await becomes(await bench.deliver('owner'), 'ended', 'target-disabled', null);
    expect(receiver.calls).to.have.length(1);
    expect(bench.lines.join('')).to.contain('a target answered 410 and is disabled');
    await first.stop();
    bench.send({ owner: { ...target, url: `${receiver.url}elsewhere` } });
    await becomes(await bench.deliver('owner'), 'delivered', null, '204');
    expect(receiver.calls.at(-1)?.path).to.equal('/elsewhere');
  });

  for (const reason of ['acknowledged', 'accepted', 'cancelled']) {
    it(`ends between two attempts when the notification is ${reason}`, async () => {
      receiver.answer(500);
      bench.send({ owner: target });
      const id = await bench.deliver('owner');
      await becomes(id, 'pending', null, '500');
      await bench.acknowledge(id, reason);
      receiver.answer(204);
      await bench.hasten(id);
      await becomes(id, 'ended', reason, '500');
      expect(receiver.calls).to.have.length(1);
    });
  }

  it('begins nothing for a notification that is acknowledged, has expired, or is no longer kept', async () => {
    const { pool } = bench.database;
    const ids = await Promise.all([1, 2, 3].map(() => bench.deliver('owner')));
    const [acknowledged = '', expired = '', removed = ''] = ids;
    await bench.acknowledge(acknowledged);
    const of = 'seq = (SELECT seq FROM deliveries WHERE id = $1)';
    await pool.query(`UPDATE notifications SET expired_at = now() WHERE ${of}`, [expired]);
    await pool.query(`DELETE FROM notifications WHERE ${of}`, [removed]);
    bench.send({ owner: target });
    await becomes(acknowledged, 'ended', 'acknowledged', null);
    await becomes(expired, 'ended', 'expired', null);
    await becomes(removed, 'ended', 'expired', null);
    expect(receiver.calls).to.deep.equal([]);
  });

  it('makes what an operator forces, although the notification is acknowledged', async () => {
    const id = await bench.deliver('owner');
    await bench.acknowledge(id);
    await bench.database.pool.query('UPDATE deliveries SET is_forced = true');
    bench.send({ owner: target });
    await becomes(id, 'delivered', null, '204');
  });

  it('makes those of an event of a shop, which no receipt ends', async () => {
    bench.send({ owner: target });
    const id = await bench.deliver('owner', { type: 'shop.deaf', step: undefined });
    await becomes(id, 'delivered', null, '204');
  });

  it('ends what is for a target that is not configured, once it has been due for a while', async () => {
    const id = await bench.deliver('of-before');
    bench.send({ owner: target }, { times: { unconfigured: 600_000 } });
    await becomes(await bench.deliver('owner'), 'delivered', null, '204');
    expect(await state(id)).to.deep.equal(['pending', null, null]);
    bench.send({ owner: target }, { times: { unconfigured: 0 } });
    await becomes(id, 'ended', 'target-not-configured', null);
    expect(bench.observed).to.include('none target-not-configured 1');
  });

  it('logs no secret, no signature, no URL and nothing of an answer', async () => {
    receiver.answer((_, response) => response.writeHead(500).end('the-answer'));
    bench.send({ owner: target });
    await becomes(await bench.deliver('owner'), 'pending', null, '500');
    receiver.answer(410);
    await becomes(await bench.deliver('owner'), 'ended', 'gone', '410');
    const log = bench.lines.join('');
    expect(log).to.contain('attempts to deliver fail');
    for (const secret of ['whsec_', target.secrets[0]?.slice(6) ?? '', 'v1,', 'of=shops', 'the-answer']) {
      expect(log, secret).not.to.contain(secret);
    }
  });
});
