/** A bell that a test rings itself, in the place of the client's. */

import type { Bell, BellEvents, Hearing, Position, State } from '../../src/client/types.ts';

export interface FakeBell extends Bell {
  readonly from: 'oldest' | Position;
  readonly acked: readonly number[];
  /** The last of each kind. */
  readonly reported: { seen?: number; spoken?: number; hearing?: Hearing };
  readonly isClosed: boolean;
  emit<K extends keyof BellEvents>(name: K, event: BellEvents[K]): void;
  become(state: State, position?: Position): void;
}

export function createFakeBell(from: 'oldest' | Position): FakeBell {
  const listeners = new Map<keyof BellEvents, ((event: never) => void)[]>();
  const acked: number[] = [];
  const reported: FakeBell['reported'] = {};
  let state: State = { name: 'connecting' };
  let position: Position | undefined;
  let isClosed = false;

  const emit: FakeBell['emit'] = (name, event) => {
    for (const listener of listeners.get(name) ?? []) listener(event as never);
  };
  return {
    from,
    acked,
    reported,
    get isClosed() {
      return isClosed;
    },
    get state() {
      return state;
    },
    get position() {
      return position;
    },
    on(name, listener) {
      listeners.set(name, [...(listeners.get(name) ?? []), listener as (event: never) => void]);
      return () => listeners.delete(name);
    },
    ack: (seqs) => void acked.push(...[seqs].flat()),
    seen: (seen) => void Object.assign(reported, { seen }),
    spoken: (spoken) => void Object.assign(reported, { spoken }),
    hearing: (hearing) => void Object.assign(reported, { hearing }),
    close() {
      isClosed = true;
    },
    emit,
    become(next, at) {
      state = next;
      position = at ?? position;
      emit('state', next);
    },
  };
}
