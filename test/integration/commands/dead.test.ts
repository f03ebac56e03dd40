/** `orderbell dead`, on real dead letters: made by the service from what upstreams really sent. */

import { expect } from 'chai';
import { runCli } from '../../support/cli.ts';
import { publishAll } from '../../support/events.ts';
import { eventually } from '../../support/eventually.ts';
import { createSurroundings, type Surroundings } from '../../support/surroundings.ts';

describe('orderbell dead', () => {
  let around: Surroundings;
  const dead = (...args: string[]) => runCli(['dead', ...args], { broker: around.broker });

  async function depth(): Promise<number> {
    const channel = await around.broker.connection.createChannel();
    const { messageCount } = await channel.checkQueue(around.broker.names.deadLetters);
    await channel.close();
    return messageCount;
  }

  /** Publishes, and waits until the service has refused it all. */
  async function refuse(messages: Parameters<typeof publishAll>[2]): Promise<void> {
    const before = await depth();
    await publishAll(around.broker.connection, around.broker.names.orders, messages);
    await eventually(async () => expect(await depth()).to.equal(before + messages.length));
  }

  beforeEach(async () => {
    around = await createSurroundings();
    await around.serve();
  });
  afterEach(() => around.tearDown());

  const noJson = {
    key: 'order.paid',
    body: 'no json',
    properties: { messageId: 'm-1', timestamp: 1_700_000_000 },
  };
  const noNumber = { key: 'order.paid', body: { orderId: 5 }, properties: { messageId: 'm-2' } };
  const noId = { key: 'order.reminded', body: {}, properties: { messageId: 'm-3' } };

  it('lists them oldest first, with key, reason, message id and detail, and changes nothing', async () => {
    await refuse([noJson]);
    await refuse([noNumber]);
    for (let times = 0; times < 3; times++) {
      const { lines, error } = await dead('list');
      expect(error).to.equal(undefined);
      expect(lines).to.have.length(3);
      expect(lines[0]).to.match(/^[0-9a-f]{12} {2}\d{4}-.*Z {2}order\.paid {2}not-json {2}m-1 {2}not JSON$/);
      expect(lines[1]).to.match(
        /order\.paid {2}invalid {2}m-2 {2}\(body\): must have required properties orderNumber$/,
      );
      expect(lines[2]).to.equal('2 dead letters');
    }
    await eventually(async () => expect(await depth()).to.equal(2));
  });

  it('shows what would control the terminal as escapes, in lines and in JSON', async () => {
    const messageId = 'm\u001b[2J\u009b31m\u202e\r\nforged';
    const body = 'no json \u001b]0;title\u0007\u009b31m\u202e\u007f';
    await refuse([{ key: 'order.paid', body, properties: { messageId } }]);
    const [list, asJson] = [await dead('list'), await dead('list', '--json')];
    const { id, ...rest } = JSON.parse(asJson.lines[0] ?? '');
    expect(rest).to.include({ messageId, body });
    const [show, showJson] = [await dead('show', id), await dead('show', id, '--json')];
    for (const { lines } of [show, showJson]) {
      expect(JSON.parse(lines.join('\n'))).to.include({ id, messageId, body });
    }
    expect(list.lines).to.have.length(2);
    expect(list.lines[0]).to.include('  m\\u001b[2J\\u009b31m\\u202e\\u000d\\u000aforged  ');
    const redriven = await dead('redrive', '--dry-run');
    for (const line of [list, asJson, show, showJson, redriven].flatMap(({ lines }) => lines)) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
      expect(line).not.to.match(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/);
    }
  });

  it('loses none however often they are looked at', async () => {
    await refuse([noJson]);
    const { id } = JSON.parse((await dead('list', '--json')).lines[0] ?? '');
    for (let times = 0; times < 25; times++) {
      const [line = ''] = (await dead('list', '--json')).lines;
      expect(JSON.parse(line).id).to.equal(id);
      expect(JSON.parse(line).headers['x-delivery-count'] ?? 0).to.be.at.most(10);
    }
    await eventually(async () => expect(await depth()).to.equal(1));
  });

  it('lists many in the same order each time', async () => {
    const ids = Array.from({ length: 25 }, (_, index) => `m-${index}`);
    const letters = ids.map((messageId) => ({ key: 'order.paid', body: 'x', properties: { messageId } }));
    await publishAll(around.broker.connection, around.broker.names.deadLetterExchange, letters);
    for (let times = 0; times < 3; times++) {
      await eventually(async () => {
        const { lines } = await dead('list', '--json');
        expect(lines.map((line) => JSON.parse(line).messageId)).to.deep.equal(ids);
      });
    }
  });

  it('says so when there are none', async () => {
    expect((await dead('list')).lines).to.deep.equal(['0 dead letters']);
  });

  it('lists as JSON, by key, reason, time and number', async () => {
    await refuse([noJson]);
    await refuse([noNumber]);
    await refuse([noId]);
    const ids = async (...args: string[]) =>
      (await dead('list', '--json', ...args)).lines.map((line) => JSON.parse(line).messageId);
    expect(await ids()).to.deep.equal(['m-1', 'm-2', 'm-3']);
    expect(await ids('--key', 'order.reminded')).to.deep.equal(['m-3']);
    expect(await ids('--reason', 'invalid')).to.deep.equal(['m-2', 'm-3']);
    expect(await ids('--limit', '2')).to.deep.equal(['m-1', 'm-2']);
    expect(await ids('--since', '2999-01-01T00:00:00Z')).to.deep.equal([]);
  });

  it('shows one whole, by its id or its message id', async () => {
    await refuse([noJson, noNumber]);
    const listed = JSON.parse((await dead('list', '--json', '--reason', 'not-json')).lines[0] ?? '');
    for (const name of [listed.id, 'm-1']) {
      const shown = JSON.parse((await dead('show', name)).lines.join('\n'));
      expect(shown).to.include({
        id: listed.id,
        body: 'no json',
        reason: 'not-json',
        timestamp: 1_700_000_000,
      });
    }
    expect((await dead('show', 'nobody')).error?.message).to.equal('there is no dead letter nobody');
  });

  it('redrives a letter that has become good, once, under its own event id', async () => {
    // The id of an order's payment, used again for its reminder: refused until the first is out of the log.
    const body = { orderId: 1, orderNumber: 'A', eventId: 'e' };
    const first = { key: 'order.paid', body };
    const second = { key: 'order.reminded', body };
    await publishAll(around.broker.connection, around.broker.names.orders, [first]);
    await refuse([second]);
    await around.database.pool.query(`DELETE FROM notifications; UPDATE shops SET head = 0`);

    const { lines, error } = await dead('redrive');
    expect(error).to.equal(undefined);
    expect(lines.at(-1)).to.equal('redrove 1, left 0');
    await eventually(async () => {
      const { rows } = await around.database.pool.query('SELECT event_id, type, seq::int FROM notifications');
      expect(rows).to.deep.equal([{ event_id: 'e', type: 2, seq: 1 }]);
      expect(await depth()).to.equal(0);
    });
  });

  it('redrives a letter with a header that amqplib reads but cannot write, without it', async () => {
    const { broker, database } = around;
    const headers = { number: { '!': 'double', value: -1e300 } };
    const body = { orderId: 7, orderNumber: 'n-7' };
    const letter = { key: 'order.paid', body, properties: { messageId: 'm-7', headers } };
    await publishAll(broker.connection, broker.names.deadLetterExchange, [letter]);
    const { lines, error } = await dead('redrive');
    expect(error).to.equal(undefined);
    expect(lines.at(-1)).to.equal('redrove 1, left 0');
    await eventually(async () => {
      const { rows } = await database.pool.query('SELECT event_id FROM notifications');
      expect(rows).to.deep.equal([{ event_id: 'm-7' }]);
    });
  });

  it('announces nothing twice when an event that was logged meanwhile is redriven', async () => {
    await refuse([noNumber]);
    // What was refused comes again, mended, under the same message id; then the old letter is mended and redriven too.
    const mended = {
      key: 'order.paid',
      body: { orderId: 5, orderNumber: 'N' },
      properties: { messageId: 'm-2' },
    };
    await publishAll(around.broker.connection, around.broker.names.orders, [mended]);
    await publishAll(around.broker.connection, around.broker.names.deadLetterExchange, [mended]);
    await eventually(async () => expect(await depth()).to.equal(2));
    await dead('redrive', '--reason', 'unknown');
    await eventually(async () => {
      expect(await depth()).to.equal(1);
      const { rows } = await around.database.pool.query('SELECT seq::int FROM notifications');
      expect(rows).to.deep.equal([{ seq: 1 }]);
    });
  });

  it('sends what is still bad back to the dead letters, and does not loop over it', async () => {
    await refuse([noJson, noNumber, noId]);
    const { lines } = await dead('redrive', '--limit', '2');
    expect(lines.at(-1)).to.equal('redrove 2, left 0');
    await eventually(async () => expect(await depth()).to.equal(3));
    const { lines: listed } = await dead('list', '--json');
    const letter = listed.map((line) => JSON.parse(line)).find(({ messageId }) => messageId === 'm-1');
    expect(letter.timestamp).to.equal(1_700_000_000);
    expect(letter.body).to.equal('no json');
  });

  it('leaves a letter that no queue takes where it was, and fails', async () => {
    const stray = { key: 'order.lost', body: {}, properties: { messageId: 'm-9' } };
    await publishAll(around.broker.connection, around.broker.names.deadLetterExchange, [stray]);
    const { lines, error } = await dead('redrive');
    expect(lines[0]).to.match(/^left .* m-9: no queue takes order\.lost/);
    expect(error?.message).to.equal('1 dead letters stay');
    await eventually(async () => expect(await depth()).to.equal(1));
  });

  it('says as JSON what became of each letter', async () => {
    await refuse([noJson]);
    const stray = { key: 'order.lost', body: {}, properties: { messageId: 'm-9' } };
    await publishAll(around.broker.connection, around.broker.names.deadLetterExchange, [stray]);
    await eventually(async () => expect(await depth()).to.equal(2));
    const { lines, exitCode } = await dead('redrive', '--json');
    const printed = lines.map((line) => JSON.parse(line));
    expect(printed.map(({ messageId, outcome }) => [messageId, outcome])).to.deep.equal([
      ['m-1', 'redrove'],
      ['m-9', 'left'],
    ]);
    expect(printed[1].error).to.match(/^no queue takes order\.lost/);
    expect(printed[0]).not.to.have.property('body');
    expect(exitCode).to.equal(1);
    await eventually(async () => expect(await depth()).to.equal(2));
    expect((await dead('purge', '--yes', '--json')).lines).to.deep.equal(['{"removed":2}']);
  });

  it('redrives nothing in a dry run', async () => {
    await refuse([noJson, noNumber]);
    const { lines } = await dead('redrive', '--dry-run', '--key', 'order.paid');
    expect(lines.at(-1)).to.equal('would redrive 2, left 0');
    await eventually(async () => expect(await depth()).to.equal(2));
  });

  it('keeps to a rate', async () => {
    await refuse([noJson, noNumber, noId]);
    const started = performance.now();
    await dead('redrive', '--rate', '10/s');
    expect(performance.now() - started).to.be.greaterThan(190);
  });

  it('purges only when it is meant', async () => {
    await refuse([noJson, noNumber]);
    expect((await dead('purge')).error?.message).to.match(/--yes/);
    expect(await depth()).to.equal(2);
    expect((await dead('purge', '--yes')).lines).to.deep.equal(['removed 2']);
    expect(await depth()).to.equal(0);
  });

  it('says that there is no queue, where the prefix is wrong', async () => {
    const env = { AMQP_PREFIX: 'nobody.' };
    const { error, exitCode } = await runCli(['dead', 'list'], { broker: around.broker, env });
    expect(error?.message).to.match(/^there is no queue nobody\.notifications\.dead: .*AMQP_PREFIX/);
    expect(exitCode).to.equal(1);
  });

  it('refuses a limit, a rate and a time that are none', async () => {
    for (const args of [
      ['list', '--limit', '0'],
      ['redrive', '--rate', 'x'],
      ['list', '--since', 'yesterday'],
    ]) {
      expect((await dead(...args)).error?.message, args.join(' ')).to.match(
        /a whole number|an ISO 8601 time/,
      );
    }
  });

  it('says that RabbitMQ cannot be reached', async () => {
    expect((await runCli(['dead', 'list'], {})).error?.message).to.match(/^RabbitMQ: .*ECONNREFUSED/);
  });
});
