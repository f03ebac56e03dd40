/** Real bells on the library `ws`, each with all that it has told, and closed at the end of a test. */

import { WebSocket } from 'ws';
import { startLink } from '../../src/client/start-link.ts';
import type { Bell, ConnectOptions, StateName } from '../../src/client/types.ts';
import { createWorld, TIMINGS, type Timings } from '../../src/client/world.ts';
import { listenTo, type ReceivedEvents } from './bell.ts';
import { eventually } from './eventually.ts';

export interface RungBell {
  readonly bell: Bell;
  readonly received: ReceivedEvents;
  /** Of the notifications so far. */
  seqs(): number[];
  /** Resolves when it is in this state. */
  become(name: StateName): Promise<void>;
}

export interface Bells {
  /** With the timings of pages, unless told otherwise. */
  ring(options: ConnectOptions, timings?: Partial<Timings>): RungBell;
  closeAll(): void;
}

export function createBells(): Bells {
  const bells: Bell[] = [];
  return {
    ring(options, timings = {}) {
      const bell = startLink(options, { ...createWorld(WebSocket), timings: { ...TIMINGS, ...timings } });
      bells.push(bell);
      const received = listenTo(bell);
      return {
        bell,
        received,
        seqs: () => received.notification.map(({ seq }) => seq),
        become: (name) =>
          eventually(() => {
            if (bell.state.name !== name)
              throw new Error(`${name} expected, not ${JSON.stringify(bell.state)}`);
          }),
      };
    },
    closeAll() {
      for (const bell of bells.splice(0)) bell.close();
    },
  };
}
