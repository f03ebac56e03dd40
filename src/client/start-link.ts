/** Makes a link of the options that a page connects with. */

import { sessionAddressOf } from './address.ts';
import { startBell } from './bell.ts';
import type { Place } from './cursor.ts';
import { createLocalStore, readPosition } from './storage.ts';
import type { Bell, ConnectOptions, Position, PositionStore } from './types.ts';
import type { World } from './world.ts';

/** Throws a TypeError where an option cannot be meant. */
export function startLink(options: ConnectOptions, world: World): Bell {
  const address = sessionAddressOf(options);
  const store = options.store === undefined ? createLocalStore(address.key) : options.store;
  return startBell({ address, token: options.token, start: startOf(options, store, world), store }, world);
}

const STARTS: Readonly<Record<Exclude<NonNullable<ConnectOptions['from']>, Position>, Place>> = {
  present: {},
  open: { isFromOpen: true },
  oldest: { seq: 0 },
};

function startOf({ from }: ConnectOptions, store: PositionStore | null, world: World): Place {
  if (typeof from === 'object') {
    const given = readPosition(from);
    if (given === undefined) throw new TypeError('from is no position');
    return given;
  }
  return loadFrom(store, world) ?? STARTS[from ?? 'present'];
}

function loadFrom(store: PositionStore | null, world: World): Place | undefined {
  try {
    return readPosition(store?.load());
  } catch (error) {
    world.report(error); // a store of the page's own
    return undefined;
  }
}
