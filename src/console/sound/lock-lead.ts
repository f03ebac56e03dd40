/**
 * The lead as a Web Lock. Guarantees that one tab has it, and another the moment that one closes, crashes or gives it
 * up: the browser sees to that. A better tab steals it from a worse one, whose note shows that it is one.
 *
 * | state    | means                                 | leaves by                                                     |
 * | -------- | ------------------------------------- | ------------------------------------------------------------- |
 * | out      | does not compete                      | `want` → queued                                               |
 * | queued   | the browser grants it when it is free | granted, also for being better than who has it → settling     |
 * | settling | it is ours, and not yet used          | a moment later → held; a better tab steals it → queued        |
 * | held     | this tab speaks                       | a better tab steals it → queued                               |
 *
 * and each of them by `want(undefined)` → out.
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
  isSettled: boolean;
}

/** A lock passes faster than what its last holder wrote for us: Chrome shows a write to other tabs within some 5 ms. */
const SETTLE_MS = 100;

export function createLockLead(options: LockLeadOptions): Lead {
  const { shop, tab, parts, locks, onChange, onUnavailable } = options;
  const note = leadNote(shop, parts);
  let rank: Rank | undefined;
  let current: Request | undefined;

  const isHeld = () => current?.isSettled === true;

  function ask(steal: boolean): void {
    const request: Request = { abort: new AbortController(), isSettled: false };
    current = request;
    const whileHeld = async () => {
      if (current !== request) return;
      await new Promise<void>((resolve) => {
        request.release = resolve;
        parts.clock.after(SETTLE_MS, () => settle(request));
      });
    };
    // The two options exclude each other.
    const how = steal ? { steal } : { signal: request.abort.signal };
    const asked = (async () => locks.request(`orderbell-sound:${shop}`, how, whileHeld))();
    const onOver = () => over(request);
    asked.then(onOver, onOver);
  }

  function settle(request: Request): void {
    if (current !== request) return;
    request.isSettled = true;
    sayRank();
    onChange();
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
    if (rank === undefined || current?.release !== undefined) return;
    const holder = note.read();
    if (holder === undefined || holder.tab === tab || holder.rank >= rank) return;
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
      giveUp();
    },
  };
}
