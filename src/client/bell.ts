/** The bell as the page has it: checks what it is given, and hands it on to the link. */

import { Link, type LinkOptions } from './link.ts';
import { createListeners } from './listeners.ts';
import type { Bell } from './types.ts';
import type { World } from './world.ts';

/** Connects at once. */
export function startBell(options: Omit<LinkOptions, 'emit'>, world: World): Bell {
  const { on, emit } = createListeners(world.report);
  const link = new Link({ ...options, emit }, world);
  const { follower } = link;
  const reached = (kind: 'seen' | 'spoken', seq: number) => {
    assertSeq(seq);
    follower.report.reached(kind, seq);
  };
  return {
    get state() {
      return link.state;
    },
    get position() {
      return follower.position;
    },
    on,
    ack(seq) {
      const seqs = typeof seq === 'number' ? [seq] : seq;
      for (const one of seqs) assertSeq(one);
      if (link.state.name !== 'closed') follower.ack(seqs);
    },
    seen: (seq) => reached('seen', seq),
    spoken: (seq) => reached('spoken', seq),
    hearing: (state) => follower.report.hearing(state),
    close: () => link.close(),
  };
}

function assertSeq(seq: number): void {
  if (!Number.isSafeInteger(seq) || seq < 1) throw new TypeError('seq must be a whole number from 1');
}
