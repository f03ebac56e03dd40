/** One event followed by its id through the log lines of every stage, as an operator would with `grep`. */

import { Writable } from 'node:stream';
import { expect } from 'chai';
import { pino } from 'pino';
import { publishAll } from '../support/events.ts';
import { eventually } from '../support/eventually.ts';
import { post } from '../support/http-client.ts';
import { createSurroundings, type Surroundings } from '../support/surroundings.ts';

/** pino's numbers. */
const LEVEL = { debug: 20, info: 30, warn: 40 };

interface Line {
  level: number;
  msg: string;
  eventId?: string;
  shopId?: string;
  seq?: number;
  [field: string]: unknown;
}

describe('an event in the logs', () => {
  let around: Surroundings;
  let lines: Line[];
  const of = (eventId: string) => lines.filter((line) => line.eventId === eventId);

  beforeEach(async () => {
    around = await createSurroundings();
    lines = [];
  });
  afterEach(() => around.tearDown());

  function serve(level: string) {
    const stream = new Writable({
      write(chunk: Buffer, _, done) {
        lines.push(JSON.parse(chunk.toString()));
        done();
      },
    });
    return around.serve({}, { logger: pino({ level, base: null }, stream) });
  }

  it('is followed from the payment over outbox, log and announcement to the sockets', async () => {
    const service = await serve('debug');
    const till = await around.open(service, 'till', { query: { shop: 'corner' } });
    await till.nextOf('ready');
    await post(service.url, '/orders', { number: 'n-1', shopId: 'corner', amount: 1 });
    await post(service.url, '/payments/notify', { outTradeNo: 'n-1' });
    const { eventId } = await till.nextOf('notification');
    const fields = { eventId, shopId: 'corner' };
    await eventually(() => {
      const received = of(eventId).map(({ level, msg, shopId, seq }) => ({
        level,
        msg,
        eventId,
        shopId,
        seq,
      }));
      expect(received).to.have.deep.members([
        { level: LEVEL.info, msg: 'an event was recorded', ...fields, seq: undefined },
        { level: LEVEL.debug, msg: 'an event was published', ...fields, seq: undefined },
        { level: LEVEL.debug, msg: 'published to sockets', ...fields, seq: 1 },
        { level: LEVEL.debug, msg: 'an event was logged and announced', ...fields, seq: 1 },
      ]);
    });
    expect(of(eventId)[0]).to.include({ key: 'order.paid', orderId: 1 });
    expect(
      lines.filter(({ msg }) => msg === 'answered').map(({ route, status }) => [route, status]),
    ).to.deep.equal([
      ['/orders', 201],
      ['/payments/notify', 200],
    ]);
  });

  it('is followed from its delivery, where it came from an upstream', async () => {
    const service = await serve('debug');
    const till = await around.open(service, 'till', { query: { shop: 'corner' } });
    await till.nextOf('ready');
    await around.pay('corner', 1, 1);
    const { eventId } = await till.nextOf('notification');
    await eventually(() => {
      const received = of(eventId).map(({ msg, shopId, seq }) => [msg, shopId, seq]);
      expect(received).to.have.deep.members([
        ['published to sockets', 'corner', 1],
        ['an event was logged and announced', 'corner', 1],
      ]);
    });
  });

  it('is found where it was refused, with the reason', async () => {
    await serve('info');
    const { connection, names } = around.broker;
    const body = { orderId: 1, orderNumber: 'n', shopId: 'corner', eventId: 'e-1' };
    await publishAll(connection, names.orders, [
      { key: 'order.paid', body },
      { key: 'order.reminded', body },
    ]);
    await eventually(() => expect(of('e-1')).to.have.length(1));
    expect(of('e-1')[0]).to.include({
      level: LEVEL.warn,
      msg: 'a message was refused',
      reason: 'event-id-conflict',
    });
  });

  it('leaves one line at info level, however many sockets there are', async () => {
    const service = await serve('info');
    const tills = await Promise.all(['a', 'b', 'c'].map((sid) => around.open(service, sid)));
    for (const till of tills) await till.nextOf('ready');
    lines.length = 0;
    await post(service.url, '/orders', { number: 'n-1', amount: 1 });
    await post(service.url, '/payments/notify', { outTradeNo: 'n-1' });
    for (const till of tills) await till.nextOf('notification');
    expect(lines.map(({ level, msg }) => [level, msg])).to.deep.equal([
      [LEVEL.info, 'an event was recorded'],
    ]);
  });
});
