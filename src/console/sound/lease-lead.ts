/**
 * The lead as a lease in the shared storage, where there are no Web Locks. Guarantees that a tab that has gone is
 * followed within LEASE_MS, and that two tabs have the lead at once no longer than one needs to see what the other
 * wrote. Where nothing can be stored, each tab has it: rather twice than never.
 *
 * Writes are not atomic, and other tabs see them some milliseconds later. So a tab claims the lease, lets that settle,
 * and has it only if no other tab has written over it. A lease that has run out has to be claimed anew, also by the tab
 * whose it was: browsers run a hidden tab's timers once a minute, and it may be another's by then.
 *
 * | state    | means                              | leaves by                                                      |
 * | -------- | ---------------------------------- | -------------------------------------------------------------- |
 * | out      | does not compete                   | `want` → waiting                                               |
 * | waiting  | another tab has it                 | it is given up, runs out, or is a worse tab's → claiming       |
 * | claiming | our name is on it and may not stay | still ours after a moment → held; else → waiting               |
 * | held     | this tab speaks, and renews it     | another's name is on it → waiting; it has run out → claiming   |
 * | alone    | this tab speaks: nothing is stored | another tab's note came after all → waiting                    |
 *
 * and each of them by `want(undefined)` → out.
 */

import { type Lead, type LeadNote, type LeadOptions, leadNote, onLeadNote, type Rank } from './lead.ts';

export const LEASE_MS = 6_000;
const RENEW_MS = 2_000;
/** And up to as much again: Chrome shows a write to other tabs within some 5 ms. */
const SETTLE_MS = 200;

type State = 'out' | 'waiting' | 'claiming' | 'held' | 'alone';

export function createLeaseLead({ shop, tab, parts, onChange }: LeadOptions): Lead {
  const { clock, random } = parts;
  const note = leadNote(shop, parts);
  let rank: Rank | undefined;
  let state: State = 'out';
  let cancel = () => {};

  const isHeld = () => state === 'held' || state === 'alone';

  function move(to: State): void {
    const wasHeld = isHeld();
    state = to;
    if (isHeld() !== wasHeld) onChange();
  }

  /** Acts on the note as it is now. */
  function look(): void {
    if (rank === undefined || state === 'claiming') return;
    cancel();
    const found = note.read();
    const leftMs = msLeft(found);
    if (leftMs === 0 || found === undefined || (found.tab !== tab && found.rank < rank)) {
      claim(rank);
    } else if (found.tab !== tab) {
      cancel = clock.after(leftMs, look);
      move('waiting');
    } else {
      write(rank);
      cancel = clock.after(RENEW_MS, look);
      move('held');
    }
  }

  function claim(as: Rank): void {
    if (!write(as)) {
      move('alone');
      return;
    }
    cancel = clock.after(SETTLE_MS * (1 + random()), () => {
      state = 'waiting';
      look();
    });
    move('claiming');
  }

  function write(as: Rank): boolean {
    return note.write({ tab, rank: as, until: clock.wallNow() + LEASE_MS });
  }

  /** 0 once it has run out, and where the clock was set back. */
  function msLeft(found: LeadNote | undefined): number {
    const leftMs = (found?.until ?? 0) - clock.wallNow();
    return leftMs > 0 && leftMs <= LEASE_MS ? leftMs : 0;
  }

  function release(): void {
    cancel();
    if (state !== 'out' && note.read()?.tab === tab) note.clear();
    rank = undefined;
  }

  const forget = onLeadNote(shop, parts, () => {
    if (state === 'claiming' && note.read()?.tab !== tab) {
      cancel();
      state = 'waiting';
    }
    look();
  });

  return {
    get isHeld() {
      return isHeld();
    },
    confirm() {
      look();
      return isHeld();
    },
    want(wanted) {
      if (wanted === rank) return;
      if (wanted === undefined) {
        release();
        move('out');
        return;
      }
      rank = wanted;
      look();
    },
    stop() {
      forget();
      release();
      state = 'out';
    },
  };
}
