/** The exchange `bell`: what other systems learn of a shop's notifications. */

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Channel, GetMessage } from 'amqplib';
import { expect } from 'chai';
import { recordBell } from '../../src/outbox/record-bell.ts';
import { type Contract, type Json, readContract } from '../support/contract.ts';
import { eventually } from '../support/eventually.ts';
import { ask } from '../support/http-client.ts';
import type { Service } from '../support/service.ts';
import { createSurroundings, type Surroundings } from '../support/surroundings.ts';

describe('the exchange bell', () => {
  let around: Surroundings;
  let service: Service;
  let contract: Contract;
  let channel: Channel;
  before(async () => {
    around = await createSurroundings();
    service = await around.serve({ RELAY_POLL_SECONDS: '1' });
    contract = readContract((await ask(service.url, '/asyncapi.json')).body);
    channel = await around.broker.connection.createChannel();
  });
  after(() => around.tearDown());

  const exchange = () => contract.at('channels', 'bell', 'bindings').amqp.exchange;
  async function bind(key: string): Promise<string> {
    const { queue } = await channel.assertQueue('', { exclusive: true });
    await channel.bindQueue(queue, exchange().name, key);
    return queue;
  }
  const take = (queue: string): Promise<GetMessage> =>
    eventually(async () => {
      const got = await channel.get(queue, { noAck: true });
      if (!got) throw new Error('nothing yet');
      return got;
    });
  const waiting = async () => (await around.database.pool.query('SELECT FROM bell_outbox')).rows.length;

  it('is declared as the document has it', async () => {
    const { name, type, durable, autoDelete } = exchange();
    expect(name).to.equal(around.broker.names.bell);
    await channel.assertExchange(name, type, { durable, autoDelete });
  });

  it('loses what no queue is bound for, without holding back anything', async () => {
    await around.pay('unbound', 1, 1);
    const till = await around.open(service, 'till-1', { query: { shop: 'unbound', since: 0 } });
    await till.nextOf('notification');
    till.send({ kind: 'ack', seq: 1 });
    await till.nextOf('receipt');
    await eventually(async () => expect(await waiting()).to.equal(0));
  });

  it('has each acknowledgement, once and persistent, under the id of its body', async () => {
    const all = await bind('#');
    const others = await bind('shop.*');
    await around.pay('bound', 1, 3);
    const till = await around.open(service, 'till-1', { query: { shop: 'bound', since: 0 } });
    await eventually(() =>
      expect(till.frames.filter(({ kind }) => kind === 'notification')).to.have.length(3),
    );
    for (const seq of [2, 2, 3]) till.send({ kind: 'ack', seq });
    await till.nextOf('receipt');
    const ids = new Set<string>();
    for (const seq of [2, 3]) {
      const { fields, properties, content } = await take(all);
      const body: Json = JSON.parse(content.toString());
      expect(fields.routingKey).to.equal('notification.acknowledged');
      expect(properties).to.include({
        messageId: body.eventId,
        deliveryMode: 2,
        contentType: 'application/json',
      });
      expect(Math.abs(properties.timestamp * 1000 - Date.parse(body.occurredAt))).to.be.lessThan(5_000);
      expect(contract.faults(['components', 'messages', fields.routingKey, 'payload'], body)).to.deep.equal(
        [],
      );
      expect(body).to.include({ shopId: 'bound', seq, type: 1, orderId: seq, sid: 'till-1' });
      ids.add(body.eventId);
    }
    expect(ids.size).to.equal(2);
    await eventually(async () => expect(await waiting()).to.equal(0));
    for (const queue of [all, others]) expect(await channel.get(queue, { noAck: true })).to.equal(false);
  });

  it('is declared again where it was deleted, and orders go on meanwhile', async () => {
    await channel.deleteExchange(exchange().name);
    await around.database.pool.query(
      `INSERT INTO bell_outbox (routing_key, event_id, body) VALUES ('shop.deaf', 'e', '{"shopId":"s"}')`,
    );
    const { id, number } = (await ask(service.url, '/orders', { method: 'POST', body: { amount: 1 } })).body
      .data;
    await ask(service.url, '/payments/notify', { method: 'POST', body: { outTradeNo: number } });
    await eventually(async () => {
      const { notifications } = (await ask(service.url, '/shops/default/notifications')).body.data;
      expect(notifications.map(({ orderId }: Json) => orderId)).to.include(id);
      expect(await waiting()).to.equal(0);
    }, 20_000);
    await channel.checkExchange(exchange().name);
  }).timeout(30_000);

  it('has a row of the outbox for each key of the document', async () => {
    const queue = await bind('#');
    const { messages } = contract.at('channels', 'bell');
    const keys = Object.keys(messages);
    expect(keys).to.have.length(6);
    for (const key of keys) {
      const [{ payload }] = contract.at('components', 'messages', key).examples;
      await around.database.pool.query(
        'INSERT INTO bell_outbox (routing_key, event_id, body) VALUES ($1, $1, $2)',
        [key, JSON.stringify(payload)],
      );
    }
    const seen: string[] = [];
    for (const _ of keys) seen.push((await take(queue)).fields.routingKey);
    expect(seen).to.have.members(keys);
  });

  it('is taken by the consumer of the documents, each message once', async () => {
    const text = readFileSync(new URL('../../src/escalation/README.md', import.meta.url), 'utf8');
    const [, lines = ''] = /binds a queue of its own:\n\n```js\n(.*?)```/s.exec(text) ?? [];
    const { prefix, names } = around.broker;
    const own = lines.replace("'platform'", `'${prefix}platform'`).replace("'bell'", `'${names.bell}'`);
    const consumer = spawn(process.execPath, ['--input-type=module', '--eval', own], {
      env: { ...process.env, AMQP_URL: around.broker.url },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const printed: string[] = [];
    createInterface({ input: consumer.stdout }).on('line', (line) => printed.push(line));
    try {
      await eventually(() => expectConsumed(`${prefix}platform`));
      const occurredAt = '2025-03-06T17:14:35.000Z';
      const deaf = { eventId: 'e-1', shopId: 'north', occurredAt, since: occurredAt };
      const hearing = { eventId: 'e-2', shopId: 'north', occurredAt, deafSince: occurredAt };
      await recordBell(around.database.pool, [
        { key: 'shop.deaf', messageId: 'e-1', body: deaf },
        { key: 'shop.deaf', messageId: 'e-1', body: deaf },
        { key: 'shop.hearing', messageId: 'e-2', body: hearing },
      ]);
      await eventually(() =>
        expect(printed).to.deep.equal([`pause north: deaf since ${occurredAt}`, 'go on with north']),
      );
    } finally {
      consumer.kill('SIGKILL');
    }
  });

  /** On a channel of its own: looking at a queue that is not there ends the channel. */
  async function expectConsumed(queue: string): Promise<void> {
    const looking = await around.broker.connection.createChannel();
    looking.on('error', () => {});
    const { consumerCount } = await looking.checkQueue(queue);
    await looking.close();
    expect(consumerCount).to.equal(1);
  }
});
