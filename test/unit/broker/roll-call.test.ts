import { expect } from 'chai';
import { createRollCall, type RollCall } from '../../../src/broker/roll-call.ts';

/** Processes on one exchange: what one sends reaches all others at once, or when the test lets it through. */
class Exchange {
  now = 0;
  readonly members: Member[] = [];
  looks = 0;

  join(name: string, isGateway: boolean): Member {
    const member = new Member(this, name, isGateway);
    this.members.push(member);
    member.roll.begin();
    return member;
  }

  async pass(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second++) {
      this.now += 1_000;
      for (const member of this.members) if (member.lives) await member.repeat();
    }
  }
}

class Member {
  readonly name: string;
  readonly roll: RollCall;
  readonly answered: string[] = [];
  readonly newGateways: string[] = [];
  lives = true;
  calls = true;
  /** Calls to it that are under way. */
  held: Buffer[] | undefined;
  /** Of a version that does not call. */
  isBound: boolean;
  readonly #exchange: Exchange;

  constructor(exchange: Exchange, name: string, isGateway: boolean) {
    this.name = name;
    this.isBound = isGateway;
    this.#exchange = exchange;
    this.roll = createRollCall({
      process: name,
      isGateway,
      now: () => exchange.now,
      send: (call) => {
        if (!this.calls) return;
        for (const other of exchange.members) if (other.lives) other.receive(Buffer.from(call));
      },
    });
  }

  receive(call: Buffer): void {
    if (this.held !== undefined) this.held.push(call);
    else {
      const { isAnswer, isNewGateway } = this.roll.receive(call);
      const { process } = JSON.parse(call.toString());
      if (isAnswer) this.answered.push(process);
      if (isNewGateway) this.newGateways.push(process);
    }
  }

  release(): void {
    const calls = this.held ?? [];
    this.held = undefined;
    for (const call of calls) this.receive(call);
  }

  repeat(): Promise<void> {
    return this.roll.repeat(async () => {
      this.#exchange.looks++;
      return this.#exchange.members.some((other) => other !== this && other.lives && other.isBound);
    });
  }
}

describe('the roll call', () => {
  it('finds a process alone only after RabbitMQ has been asked', async () => {
    const exchange = new Exchange();
    const { roll } = exchange.join('one', true);
    expect(roll.isAlone()).to.equal(false);
    await exchange.pass(1);
    expect([roll.isAlone(), exchange.looks]).to.deep.equal([true, 1]);
    await exchange.pass(60);
    expect([roll.isAlone(), exchange.looks]).to.deep.equal([true, 3]);
  });

  it('ends being alone with the first call of a gateway, which is answered after that', async () => {
    const exchange = new Exchange();
    const one = exchange.join('one', true);
    await exchange.pass(5);
    expect(one.roll.isAlone()).to.equal(true);
    const two = exchange.join('two', true);
    expect([one.roll.isAlone(), two.roll.isAlone()]).to.deep.equal([false, false]);
    expect([two.answered, one.newGateways]).to.deep.equal([['one'], ['two']]);
    await exchange.pass(120);
    expect([one.roll.isAlone(), two.roll.isAlone(), exchange.looks]).to.deep.equal([false, false, 1]);
    expect([one.answered, two.answered]).to.deep.equal([['two'], ['one']]);
  });

  it('answers also where its own call came to the newcomer before it got that of the newcomer', async () => {
    const exchange = new Exchange();
    const one = exchange.join('one', false);
    await exchange.pass(3);
    one.held = [];
    const two = exchange.join('two', true);
    await exchange.pass(4);
    expect([one.roll.isAlone(), two.answered]).to.deep.equal([true, []]);
    one.release();
    expect([one.roll.isAlone(), two.answered]).to.deep.equal([false, ['one']]);
  });

  it('is not ended by a worker without a gateway, which learns of the gateway', async () => {
    const exchange = new Exchange();
    const gateway = exchange.join('gateway', true);
    await exchange.pass(5);
    const worker = exchange.join('worker', false);
    await exchange.pass(60);
    expect([gateway.roll.isAlone(), worker.roll.isAlone()]).to.deep.equal([true, false]);
    expect([gateway.newGateways, worker.newGateways]).to.deep.equal([[], ['gateway']]);
  });

  it('finds alone again once the last other gateway is gone', async () => {
    const exchange = new Exchange();
    const one = exchange.join('one', true);
    const two = exchange.join('two', true);
    await exchange.pass(30);
    two.lives = false;
    await exchange.pass(10);
    expect(one.roll.isAlone()).to.equal(false);
    await exchange.pass(10);
    expect(one.roll.isAlone()).to.equal(true);
  });

  for (const silence of ['whose calls are lost', 'of a version that does not call'] as const) {
    it(`believes RabbitMQ of a gateway ${silence}`, async () => {
      const exchange = new Exchange();
      const one = exchange.join('one', true);
      const two = exchange.join('two', silence === 'whose calls are lost');
      two.isBound = true;
      two.calls = false;
      await exchange.pass(300);
      expect([one.roll.isAlone(), exchange.looks > 1]).to.deep.equal([false, true]);
      two.lives = false;
      await exchange.pass(31);
      expect(one.roll.isAlone()).to.equal(true);
      two.lives = true;
      await exchange.pass(31);
      expect(one.roll.isAlone()).to.equal(false);
    });
  }

  it('does not believe an answer of RabbitMQ that a call, or a new link, has overtaken', async () => {
    for (const overtake of ['call', 'begin'] as const) {
      let now = 0;
      const roll = createRollCall({ process: 'one', isGateway: true, now: () => now, send() {} });
      now = 1_000;
      await roll.repeat(async () => {
        if (overtake === 'begin') roll.begin();
        else roll.receive(Buffer.from(JSON.stringify({ process: 'two', isGateway: true })));
        return false;
      });
      expect(roll.isAlone(), overtake).to.equal(false);
    }
  });

  it('begins anew with a link, and goes on after a question that RabbitMQ did not answer', async () => {
    const exchange = new Exchange();
    const { roll } = exchange.join('one', true);
    await exchange.pass(5);
    roll.begin();
    expect(roll.isAlone()).to.equal(false);
    exchange.now += 1_000;
    const failed = roll.repeat(() => Promise.reject(new Error('away')));
    expect(await failed.catch((error: Error) => error.message)).to.equal('away');
    expect(roll.isAlone()).to.equal(false);
    await exchange.pass(30);
    expect(roll.isAlone()).to.equal(true);
  });

  it('takes nothing for a call that is none', async () => {
    const exchange = new Exchange();
    const { roll } = exchange.join('one', true);
    await exchange.pass(5);
    for (const body of ['', 'x', '{}', '{"process":"","isGateway":true}', '{"process":"two"}', '[]']) {
      expect(roll.receive(Buffer.from(body))).to.deep.equal({ isNewGateway: false, isAnswer: false });
    }
    const own = Buffer.from(JSON.stringify({ process: 'one', isGateway: true, answers: 'one' }));
    expect(roll.receive(own)).to.deep.equal({ isNewGateway: false, isAnswer: false });
    expect(roll.isAlone()).to.equal(true);
  });
});
