/**
 * Which other gateways live, so that nothing is announced where there is none. Guarantees that a process counts as alone
 * only after RabbitMQ has answered that no other gateway's queue is bound, also none of a version that takes no part here,
 * and for no longer than until one calls. What was withheld is in the log: the answer to the call comes behind all of it, and
 * a gateway that is answered compares its feeds.
 *
 * | state      | announces | ends by                                                                     |
 * | ---------- | --------- | --------------------------------------------------------------------------- |
 * | accompanied | yes      | no gateway has called for a while, and RabbitMQ finds none → alone           |
 * | alone      | no        | a gateway calls, RabbitMQ finds one, or a link is lost → accompanied         |
 */

import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';

const Call = Type.Object({
  /** The process that calls. */
  process: Type.String({ minLength: 1, maxLength: 64 }),
  isGateway: Type.Boolean(),
  /** The process whose first call this answers. Nothing is withheld from it any more. */
  answers: Type.Optional(Type.String()),
});

const call = Compile(Call);

/** How often a process calls. */
const CALL_EVERY_MS = 5_000;

/** A gateway that has not called for so long is looked for at RabbitMQ. */
const LAPSES_AFTER_MS = 15_000;

/** After the links are up: by then those that live have answered, so that RabbitMQ is seldom asked in vain. */
const FIRST_LOOK_MS = 1_000;

/** Gateways of 0.2.0 and before do not call. */
const LOOK_EVERY_MS = 30_000;

export interface RollCallOptions {
  /** Names this process. */
  process: string;
  isGateway: boolean;
  /** To every other process. May be lost. */
  send(call: string): void;
  /** Milliseconds of a monotonic clock. */
  now(): number;
}

export interface ReceivedCall {
  /** It is the first of a gateway. */
  isNewGateway: boolean;
  /** It answers this process: announcements may have been withheld from it until now. */
  isAnswer: boolean;
}

export interface RollCall {
  /** Whether an announcement would reach no gateway. */
  isAlone(): boolean;
  /** A link is new, or lost: nothing is known of the others. Calls them. */
  begin(): void;
  /** Takes the call of another process, and answers its first one. */
  receive(body: Buffer): ReceivedCall;
  /** To be called every second. `isAnotherBound` asks RabbitMQ; rejects where that does. */
  repeat(isAnotherBound: () => Promise<boolean>): Promise<void>;
}

export function createRollCall(options: RollCallOptions): RollCall {
  const { now } = options;
  const own: Static<typeof Call> = { process: options.process, isGateway: options.isGateway };
  const known = new Map<string, { isGateway: boolean; at: number }>();
  let isAlone = false;
  /** Grows with everything that makes an answer of RabbitMQ out of date. */
  let changes = 0;
  let callAt = 0;
  let lookAt = now() + FIRST_LOOK_MS;

  function callOthers(): void {
    callAt = now() + CALL_EVERY_MS;
    options.send(JSON.stringify(own));
  }

  async function look(isAnotherBound: () => Promise<boolean>): Promise<void> {
    lookAt = now() + LOOK_EVERY_MS;
    const before = changes;
    const isBound = await isAnotherBound();
    if (changes === before) isAlone = !isBound;
  }

  return {
    isAlone: () => isAlone,
    begin() {
      changes++;
      isAlone = false;
      known.clear();
      lookAt = now() + FIRST_LOOK_MS;
      callOthers();
    },
    receive(body) {
      const other = read(body);
      if (other === undefined || other.process === own.process) return NOTHING_NEW;
      const { process, isGateway, answers } = other;
      const isFirst = !known.has(process);
      known.set(process, { isGateway, at: now() });
      if (isGateway) {
        changes++;
        isAlone = false;
      }
      if (isFirst) options.send(JSON.stringify({ ...own, answers: process }));
      return { isNewGateway: isFirst && isGateway, isAnswer: answers === own.process };
    },
    async repeat(isAnotherBound) {
      if (now() >= callAt) callOthers();
      for (const [process, { at }] of known) if (now() - at > LAPSES_AFTER_MS) known.delete(process);
      const isAccompanied = [...known.values()].some(({ isGateway }) => isGateway);
      if (!isAccompanied && now() >= lookAt) await look(isAnotherBound);
    },
  };
}

const NOTHING_NEW: ReceivedCall = { isNewGateway: false, isAnswer: false };

function read(body: Buffer): Static<typeof Call> | undefined {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return call.Check(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
