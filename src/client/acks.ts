/**
 * What the page has acknowledged and the service has not answered yet. Guarantees that each is sent, and sent again on
 * the next link, until its receipt or a refusal has come; and never faster than the service allows.
 *
 * An acknowledgement that comes second changes nothing and is not answered. So what was sent on a link that is still
 * live a minute later has arrived.
 */

import type { World } from './world.ts';

export interface Acks {
  add(seqs: readonly number[]): void;
  /** That notification is acknowledged, here or elsewhere: there is nothing left to send. */
  settle(seq: number): void;
  /** The service refused one; without `seq` it is any of those that were sent. True if none is sent again. */
  refused(code: string, seq: number | undefined): boolean;
  /** The link is live; whether the service takes many in one frame. */
  resume(takesMany: boolean): void;
  /** The link is not live any more: whatever was not answered may have been lost. */
  pause(): void;
  /** The log is another one: its numbers mean something else. Returns those that had no answer. */
  forget(): number[];
}

/** The service takes 20 frames a second: no second has more than two of these. */
const PER_SECOND = 10;
const ANSWER_MS = 60_000;
const KNOWN = 1_000;
/** How long to wait after a refusal that is not the last word. */
const AGAIN_MS: ReadonlyMap<string, number> = new Map([
  ['too-fast', 1_500],
  ['unavailable', 5_000],
]);

type Clock = Pick<World, 'steadyNow' | 'after'>;

/** The most that one frame acknowledges: with the longest numbers it has 3.5 of the 4 KiB that it may have. */
const MANY = 200;

export function createAcks(send: (seqs: readonly number[]) => void, clock: Clock): Acks {
  /** Not sent on this link. */
  const unsent = new Set<number>();
  /** When each was sent on this link. */
  const sent = new Map<number, number>();
  /** The last that are known to be acknowledged, so that none is sent again. */
  const known = new Set<number>();
  let isLive = false;
  let takesMany = false;
  let allowed = { count: PER_SECOND, at: clock.steadyNow() };
  let notBefore = 0;
  let cancel = () => {};

  function pump(): void {
    cancel();
    if (!isLive || unsent.size + sent.size === 0) return;
    const now = clock.steadyNow();
    const count = Math.min(PER_SECOND, allowed.count + ((now - allowed.at) * PER_SECOND) / 1_000);
    allowed = { count, at: now };
    for (const [seq, sentAt] of sent) if (now - sentAt >= ANSWER_MS) sent.delete(seq);
    while (unsent.size > 0 && now >= notBefore && allowed.count >= 1) {
      const seqs = [...unsent].slice(0, takesMany ? MANY : 1);
      allowed.count--;
      for (const seq of seqs) {
        unsent.delete(seq);
        sent.set(seq, now);
      }
      send(seqs);
    }
    const waitMs = unsent.size > 0 ? Math.max(1_000 / PER_SECOND, notBefore - now) : ANSWER_MS;
    if (unsent.size + sent.size > 0) cancel = clock.after(waitMs, pump);
  }

  /** Of what was sent, this is to be sent again, before what was not sent yet. */
  function takeBack(isLost: (seq: number) => boolean): void {
    const waiting = [...unsent];
    unsent.clear();
    for (const seq of [...sent.keys()].filter(isLost)) {
      sent.delete(seq);
      unsent.add(seq);
    }
    for (const seq of waiting) unsent.add(seq);
  }

  return {
    add(seqs) {
      for (const seq of seqs) if (!known.has(seq) && !sent.has(seq)) unsent.add(seq);
      pump();
    },
    settle(seq) {
      unsent.delete(seq);
      sent.delete(seq);
      known.add(seq);
      const [oldest = 0] = known;
      if (known.size > KNOWN) known.delete(oldest);
      // One press can bring hundreds of answers: the timer of those that are still without one stays as it is.
      if (unsent.size > 0) pump();
      else if (sent.size === 0) cancel();
    },
    refused(code, refused) {
      const againMs = AGAIN_MS.get(code);
      const isRefused = (seq: number) => (refused ?? seq) === seq;
      if (againMs === undefined) {
        for (const seq of sent.keys()) if (isRefused(seq)) sent.delete(seq);
      } else {
        takeBack(isRefused);
        notBefore = clock.steadyNow() + againMs;
      }
      pump();
      return againMs === undefined;
    },
    resume(many) {
      isLive = true;
      takesMany = many;
      pump();
    },
    pause() {
      isLive = false;
      cancel();
      takeBack(() => true);
    },
    forget() {
      const unanswered = [...sent.keys(), ...unsent];
      unsent.clear();
      sent.clear();
      known.clear();
      return unanswered;
    },
  };
}
