/**
 * The lead as a Web Lock. Guarantees that one tab has it, and another the moment that one closes, crashes or gives it
 * up: the browser sees to that. A better tab steals it from a worse one, whose note says that it is one.
 *
 * | state   | means                                    | leaves by                                              |
 * | ------- | ---------------------------------------- | ------------------------------------------------------ |
 * | out     | does not compete                         | `want` → queued                                        |
 * | queued  | the browser grants it when it is free    | granted → held; better than its holder: steals it → held |
 * | held    | this tab speaks                          | a better one steals it → queued; given up → out        |
 */

import { type Lead, type LeadOptions, leadNote, onLeadNote, type Rank } from './lead.ts';
import type { Locks } from './parts.ts';

export interface LockLeadOptions extends LeadOptions {
  readonly locks: Locks;
  /** The browser has locks, and does not let this page have one. */
  onUnavailable(): void;
}

/** One request of the lock, until it is refused, given up, let go or stolen. */
interface Request {
  readonly abort: AbortController;
  /** Lets the lock go; there once it was granted. */
  release?: () => void;
}

export function createLockLead(options: LockLeadOptions): Lead {
  const { shop, tab, parts, locks, onChange, onUnavailable } = options;
  const note = leadNote(shop, parts);
  let rank: Rank | undefined;
  let current: Request | undefined;

  const isHeld = () => current?.release !== undefined;

  function ask(steal: boolean): void {
    const request: Request = { abort: new AbortController() };
    current = request;
    const whileHeld = async () => {
      if (current !== request) return;
      await new Promise<void>((resolve) => {
        request.release = resolve;
        sayRank();
        onChange();
      });
    };
    // The two options exclude each other.
    const how = steal ? { steal } : { signal: request.abort.signal };
    const asked = (async () => locks.request(`orderbell-sound:${shop}`, how, whileHeld))();
    const onOver = () => over(request);
    asked.then(onOver, onOver);
  }

  /** The lock was stolen, or never to be had; what this tab has given up itself is no longer current. */
  function over(request: Request): void {
    if (current !== request) return;
    current = undefined;
    if (request.release === undefined) {
      onUnavailable();
      return;
    }
    ask(false);
    onChange();
  }

  function giveUp(): void {
    const request = current;
    current = undefined;
    request?.abort.abort();
    request?.release?.();
  }

  function sayRank(): void {
    if (rank !== undefined) note.write({ tab, rank });
  }

  /** Waiting in the queue is for equals. */
  function stealIfBetter(): void {
    const holder = note.read();
    if (rank === undefined || isHeld() || holder === undefined || holder.tab === tab) return;
    if (holder.rank >= rank) return;
    giveUp();
    ask(true);
  }

  const forget = onLeadNote(shop, parts, stealIfBetter);

  return {
    get isHeld() {
      return isHeld();
    },
    confirm: isHeld,
    want(wanted) {
      if (wanted === rank) return;
      rank = wanted;
      const wasHeld = isHeld();
      if (rank === undefined) {
        if (wasHeld) note.clear();
        giveUp();
        if (wasHeld) onChange();
        return;
      }
      if (wasHeld) sayRank();
      else if (current === undefined) ask(false);
      stealIfBetter();
    },
    stop() {
      forget();
      rank = undefined;
      if (isHeld()) note.clear();
      giveUp();
    },
  };
}
