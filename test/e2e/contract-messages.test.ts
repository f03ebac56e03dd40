/** The AsyncAPI document against the running service: its examples work, and every frame is as it says. */

import { once } from 'node:events';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import { type Contract, type Json, readContract } from '../support/contract.ts';
import { publishAll } from '../support/events.ts';
import { eventually } from '../support/eventually.ts';
import { ask } from '../support/http-client.ts';
import type { Service } from '../support/service.ts';
import { createSurroundings, PLAIN, type Surroundings } from '../support/surroundings.ts';
import { makeToken, WITH_SECRET } from '../support/tokens.ts';

describe('the AsyncAPI document, against the service', () => {
  let around: Surroundings;
  let service: Service;
  let contract: Contract;
  before(async () => {
    around = await createSurroundings();
    service = await around.serve({ GATEWAY_HEARTBEAT_SECONDS: '1' });
    contract = readContract((await ask(service.url, '/asyncapi.json')).body);
  });
  after(() => around.tearDown());

  const messagesOf = (channel: string) => Object.keys(contract.at('channels', channel, 'messages'));
  const expectDocumented = (channel: string, name: string, part: 'payload' | 'headers', value: unknown) => {
    const faults = contract.faults(['components', 'messages', name, part], value);
    expect(messagesOf(channel)).to.include(name);
    expect(faults, JSON.stringify(value)).to.deep.equal([]);
  };

  it('has events that ring when they are published where it says', async () => {
    const shops = new Map<string, string[]>();
    for (const name of ['orderPaid', 'orderReminded']) {
      const { address, bindings, messages } = contract.at('channels', name);
      const { examples } = contract.at('channels', name, 'messages', Object.keys(messages)[0] ?? '');
      const { connection } = around.broker;
      const bodies: Json[] = examples.map(({ payload }: Json) => payload);
      await publishAll(
        connection,
        bindings.amqp.exchange.name,
        bodies.map((body) => ({ key: address, body })),
      );
      for (const { shopId = 'default', orderId } of bodies) {
        shops.set(shopId, [...(shops.get(shopId) ?? []), `${name} ${orderId}`]);
      }
    }
    expect([...shops.values()].flat()).to.have.length.greaterThan(4);
    for (const [shop, rung] of shops) {
      await eventually(async () => {
        const { notifications } = (await ask(service.url, `/shops/${shop}/notifications`)).body.data;
        const seen = notifications.map(
          ({ type, orderId }: Json) => `${type === 1 ? 'orderPaid' : 'orderReminded'} ${orderId}`,
        );
        expect(seen).to.have.members(rung);
      });
    }
  });

  it('has events of our own relay', async () => {
    const { exchange } = contract.at('channels', 'orderPaid', 'bindings').amqp;
    const channel = await around.broker.connection.createChannel();
    const { queue } = await channel.assertQueue('', { exclusive: true });
    await channel.bindQueue(queue, exchange.name, 'order.*');
    const { id, number } = (await ask(service.url, '/orders', { method: 'POST', body: { amount: 1 } })).body
      .data;
    await ask(service.url, '/payments/notify', { method: 'POST', body: { outTradeNo: number } });
    await ask(service.url, `/orders/${id}/reminders`, { method: 'POST' });
    for (const [name, key] of [
      ['orderPaid', 'order.paid'],
      ['orderReminded', 'order.reminded'],
    ] as const) {
      const message = await eventually(async () => {
        const got = await channel.get(queue, { noAck: true });
        if (!got) throw new Error(`no ${key} yet`);
        return got;
      });
      expect(message.fields.routingKey).to.equal(key);
      expectDocumented(name, key, 'payload', JSON.parse(message.content.toString()));
    }
    await channel.close();
  });

  it('has the headers of what is refused', async () => {
    const { connection, names } = around.broker;
    const { examples } = contract.at('components', 'messages', 'deadLetter');
    const { name: queue } = contract.at('channels', 'deadLetters', 'bindings').amqp.queue;
    for (const { payload, headers } of examples) {
      await publishAll(connection, names.orders, [{ key: 'order.paid', body: payload }]);
      const channel = await connection.createChannel();
      const letter = await eventually(async () => {
        const got = await channel.get(queue, { noAck: true });
        if (!got) throw new Error('no dead letter yet');
        return got;
      });
      await channel.close();
      const ours = Object.entries(letter.properties.headers ?? {}).filter(([key]) => key in headers);
      expectDocumented('deadLetters', 'deadLetter', 'headers', Object.fromEntries(ours));
      expect(letter.properties.headers).to.include({
        'x-orderbell-reason': headers['x-orderbell-reason'],
        'x-orderbell-detail': headers['x-orderbell-detail'],
      });
      expect(JSON.parse(letter.content.toString())).to.deep.equal(payload);
    }
  });

  /** As if a policy had made a step due now. */
  async function escalate(shop: string, seq: number): Promise<void> {
    const steps = [{ afterSeconds: 1, when: 'unacknowledged', targets: ['platform'] }];
    await around.database.pool.query(
      `WITH made AS (INSERT INTO escalation_policies (body, first_after_seconds, first_when)
         VALUES ($1, 1, 'unacknowledged') RETURNING id)
       INSERT INTO escalations (shop_id, seq, policy_id, started_at, due_at)
       SELECT $2, $3, id, clock_timestamp() - interval '1 s', clock_timestamp() FROM made`,
      [JSON.stringify({ steps, expireAfterSeconds: 60 }), shop, seq],
    );
  }

  it('has every frame of a session, and what a client may send', async () => {
    const shop = 'session';
    await around.pay(shop, 1, 4);
    await eventually(async () => {
      expect((await ask(service.url, `/shops/${shop}/notifications`)).body.data.head).to.equal(4);
    });
    const { headers, query } = contract.at('channels', 'session', 'bindings').ws;
    const [protocol] = headers.properties['Sec-WebSocket-Protocol'].examples;
    expect(Object.keys(query.properties)).to.have.members(['shop', 'since', 'epoch', 'receiptsSince']);
    const since = { shop, since: 1, epoch: 'another', receiptsSince: 0 };
    const first = await around.open(service, 'till-1', { protocol, query: since });
    expect((await first.next()).kind).to.equal('gone');
    const { epoch } = await first.nextOf('ready');

    for (const message of contract.at('operations', 'hearSession').messages) {
      for (const { payload } of contract.at(...message.$ref.split('/').slice(1)).examples) {
        // An example cannot know the epoch of this log.
        first.send('epoch' in payload ? { ...payload, epoch } : payload);
        if (payload.kind === 'ack') await first.nextOf('receipt');
      }
    }
    await eventually(async () => {
      const { rows } = await around.database.pool.query('SELECT kind FROM progress WHERE shop_id = $1', [
        shop,
      ]);
      expect(rows.map(({ kind }) => kind)).to.have.members(['seen', 'spoken']);
    });
    await escalate(shop, 2);
    await first.nextOf('escalation');
    first.send({ kind: 'ack', seq: 99 });
    await first.nextOf('error');
    await first.nextOf('heartbeat');
    const later = await around.open(service, 'till-2', { protocol, query: { shop, since: 0 } });
    expect(await later.nextOf('notification')).to.include({ ackedBy: 'till-1' });
    await later.nextOf('ready');

    const guarded = await around.serve({ ...WITH_SECRET, DRAIN_SOCKET_SECONDS: '1' });
    const token = await makeToken({ claims: { shop }, expiresIn: 30 });
    const leaving = await around.open(guarded, 'till-3', { protocol, token });
    await leaving.nextOf('expiring');
    await Promise.all([guarded.stop(), leaving.nextOf('restarting')]);

    const frames = [first, later, leaving].flatMap((client) => client.frames);
    for (const frame of frames) expectDocumented('session', frame.kind, 'payload', frame);
    const clientKinds = ['ack', 'seen', 'spoken', 'hearing'];
    expect(messagesOf('session')).to.have.members([
      ...new Set(frames.map(({ kind }) => kind)),
      ...clientKinds,
    ]);
  });

  it('has every way in which a session can show its token', async () => {
    const guarded = await around.serve({ ...WITH_SECRET, AUTH_QUERY_TOKEN: 'true' });
    const { channels, components, servers } = (await ask(guarded.url, '/asyncapi.json')).body;
    expect(servers.orderbell.security).to.have.length(Object.keys(components.securitySchemes).length);
    const token = await makeToken({ claims: { shop: 'default' } });
    const address = `${guarded.url.replace('http', 'ws')}/ws/till-1`;
    const ways: Record<string, () => WebSocket> = {
      header: () => new WebSocket(address, { headers: { authorization: `Bearer ${token}` } }),
      subprotocol: () => {
        const { examples } = channels.plainSession.bindings.ws.headers.properties['Sec-WebSocket-Protocol'];
        return new WebSocket(address, examples.at(-1).replace('<token>', token).split(', '));
      },
      query: () => new WebSocket(`${address}?token=${token}`),
    };
    expect(Object.keys(components.securitySchemes)).to.have.members(Object.keys(ways));
    for (const [name, open] of Object.entries(ways)) {
      const socket = open();
      await once(socket, 'open');
      expect(socket.readyState, name).to.equal(WebSocket.OPEN);
      socket.terminate();
    }
  });

  it('has the codes of what is not obeyed', async () => {
    const client = await around.open(service, 'till-3', { query: { shop: 'errors' } });
    await client.nextOf('ready');
    for (const frame of ['x', { kind: 'dance' }, { kind: 'ack' }, { kind: 'ack', seq: 7 }])
      client.send(frame);
    const codes = ['bad-frame', 'unknown-kind', 'bad-frame', 'unknown-seq'];
    for (const code of codes) expect(await client.nextOf('error')).to.include({ code });
    for (const frame of client.frames) expectDocumented('session', frame.kind, 'payload', frame);
  });

  it('has the only frame of a plain session', async () => {
    const shop = 'plain';
    const client = await around.open(service, 'till-1', { ...PLAIN, query: { shop } });
    const { examples } = contract.at('components', 'messages', 'alert');
    await publishAll(around.broker.connection, around.broker.names.orders, [
      { key: 'order.paid', body: { shopId: shop, orderId: 1024, orderNumber: '2025030617143500001' } },
      { key: 'order.reminded', body: { shopId: shop, orderId: 1024 } },
    ]);
    await eventually(() => expect(client.frames).to.have.length(2));
    expect(client.frames).to.have.deep.members(examples.map(({ payload }: Json) => payload));
    for (const frame of client.frames) expectDocumented('plainSession', 'alert', 'payload', frame);
  });
});
