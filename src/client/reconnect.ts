/**
 * The entry of `GET /reconnect.js`, for old front ends: one script tag before the page's own. From then on a plain WebSocket
 * that the page opens at `/ws/:sid` is a stand-in which reconnects by itself, catches up on what was missed, and hands on the
 * plain frames that the page knows. All other sockets are the browser's own.
 */

import { createAwayBar } from './away-bar.ts';
import { oldAddressOf } from './old-address.ts';
import { OldPageSocket } from './old-page-socket.ts';
import { startLink } from './start-link.ts';
import { createWorld } from './world.ts';

const BrowserSocket = globalThis.WebSocket;
const world = createWorld(BrowserSocket);
const bar = createAwayBar();

globalThis.WebSocket = new Proxy(BrowserSocket, {
  construct(target, given: [url: string | URL, protocols?: string | string[]], newTarget) {
    const address = oldAddressOf(given[0], given[1], location.href);
    if (address === undefined) return Reflect.construct(target, given, newTarget);
    // `from` is the present, as for any plain socket; the position is of this page alone.
    const bell = startLink({ ...address.options, store: null }, world);
    return new OldPageSocket({ url: address.url, bell, bar, now: Date.now });
  },
});
