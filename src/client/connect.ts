/**
 * The entry of `orderbell-client`, for any page and for Node 22 and newer: the one function, and the types of what it
 * takes and gives.
 */

import { startLink } from './start-link.ts';
import type {
  Alert,
  Bell,
  BellEvents,
  ConnectOptions,
  Gap,
  Hearing,
  Position,
  PositionStore,
  Reason,
  Receipt,
  State,
  StateName,
  WebSocketLike,
} from './types.ts';
import { createWorld } from './world.ts';

export type {
  Alert,
  Bell,
  BellEvents,
  ConnectOptions,
  Gap,
  Hearing,
  Position,
  PositionStore,
  Reason,
  Receipt,
  State,
  StateName,
  WebSocketLike,
};

/**
 * Opens the link to a shop's bell and keeps it until `close()`, or until another page takes over the `sid`. Returns at
 * once: a listener that is added in the same turn misses no event. Throws a TypeError where an option cannot be meant.
 */
export function connect(options: ConnectOptions): Bell {
  return startLink(options, createWorld(options.WebSocket, options.after));
}
