/** Walks that last longer than the broker lets a message be in hand: here that is milliseconds. */

import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import type { DeadLetter } from '../../../src/broker/dead-letters/dead-letter.ts';
import { redriveDeadLetters, showDeadLetters } from '../../../src/broker/dead-letters/queue.ts';
import { walkDeadLetters } from '../../../src/broker/dead-letters/walk.ts';
import { declareTopology } from '../../../src/broker/topology.ts';
import { publishAll } from '../../support/events.ts';
import { eventually } from '../../support/eventually.ts';
import { createBroker, type TestBroker } from '../../support/servers-of-the-run.ts';

describe('a walk through the dead letters that takes its time', () => {
  let broker: TestBroker;
  beforeEach(async () => {
    broker = await createBroker();
    await declareTopology(broker.connection, broker.names);
  });
  afterEach(() => broker.drop());

  async function fill(ids: readonly string[]): Promise<void> {
    const { connection, names } = broker;
    const letters = ids.map((messageId) => ({
      key: 'order.paid',
      body: messageId,
      properties: { messageId },
    }));
    await publishAll(connection, names.deadLetterExchange, letters);
    await eventually(async () => expect(await inQueue()).to.have.length(ids.length));
  }

  async function inQueue(): Promise<(string | undefined)[]> {
    const ids: (string | undefined)[] = [];
    const { connection, names } = broker;
    await showDeadLetters(connection, names, {}, ({ messageId }) => ids.push(messageId));
    return ids;
  }

  async function walkSlowly(
    see: (letter: DeadLetter) => 'keep' | 'remove',
    holdMs: number,
  ): Promise<string[]> {
    const seen: string[] = [];
    const slowly = async (letter: DeadLetter) => {
      await pause(5);
      seen.push(letter.messageId ?? '');
      return see(letter);
    };
    await walkDeadLetters(broker.connection, broker.names, slowly, holdMs);
    return seen;
  }

  const numbers = Array.from({ length: 30 }, (_, index) => String(index));

  it('sees each once, in order, and keeps them in their order', async () => {
    await fill(numbers);
    expect(await walkSlowly(() => 'keep', 60)).to.deep.equal(numbers);
    await eventually(async () => expect(await inQueue()).to.deep.equal(numbers));
  });

  it('sees each once although all go back after each, and some are the same', async () => {
    const some = ['a', 'b', 'a', 'a', 'c'];
    await fill(some);
    expect((await walkSlowly(() => 'keep', 0)).toSorted()).to.deep.equal(some.toSorted());
    await eventually(async () => expect((await inQueue()).toSorted()).to.deep.equal(some.toSorted()));
  });

  it('removes what it is told to, and nothing else', async () => {
    await fill(numbers);
    const isOdd = ({ messageId }: DeadLetter) => Number(messageId) % 2 === 1;
    const seen = await walkSlowly((letter) => (isOdd(letter) ? 'remove' : 'keep'), 60);
    expect(seen).to.deep.equal(numbers);
    const even = numbers.filter((n) => Number(n) % 2 === 0);
    await eventually(async () => expect(await inQueue()).to.deep.equal(even));
  });

  it('redrives each of those that match once', async () => {
    await fill(numbers);
    const redriven: (string | undefined)[] = [];
    const result = await redriveDeadLetters(broker.connection, broker.names, {
      filter: {},
      dryRun: false,
      pace: () => pause(5),
      confirmSeconds: 10,
      holdMs: 20,
      onRedriven: ({ messageId }) => redriven.push(messageId),
      onFailed: () => {},
    });
    expect(result).to.deep.equal({ redriven: 30, failed: 0 });
    expect(redriven).to.deep.equal(numbers);
    expect(await inQueue()).to.deep.equal([]);
  });
});
