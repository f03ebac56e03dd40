/** The calls of uWebSockets.js, each handed to the part of the gateway that it is for. No rule is here. */

import uWS, { type WebSocketBehavior } from 'uWebSockets.js';
import type { HandleFrame } from './client-frames/handle-frame.ts';
import type { CountFrame } from './client-frames/pace.ts';
import type { Cuts } from './cuts.ts';
import type { GatewayObserver } from './observer.ts';
import { transportTimeout } from './pings.ts';
import type { SocketData } from './session.ts';
import type { SessionLifecycle } from './session-lifecycle.ts';
import type { HandleUpgrade } from './upgrade/handle-upgrade.ts';

export interface SocketParts {
  settings: { readonly maxBackpressureBytes: number; readonly idleTimeoutSeconds: number };
  upgrade: HandleUpgrade;
  lifecycle: SessionLifecycle;
  handleFrame: HandleFrame;
  countFrame: CountFrame;
  cuts: Cuts;
  observe: Pick<GatewayObserver, 'dropped'>;
}

/** Longer ones end the transport without a close frame. */
const MAX_TRANSPORT_FRAME_BYTES = 64 * 1024;

export function socketBehavior(parts: SocketParts): WebSocketBehavior<SocketData> {
  const { settings, lifecycle, countFrame } = parts;
  return {
    compression: uWS.DISABLED,
    maxPayloadLength: MAX_TRANSPORT_FRAME_BYTES,
    maxBackpressure: settings.maxBackpressureBytes,
    closeOnBackpressureLimit: 1,
    idleTimeout: transportTimeout(settings.idleTimeoutSeconds),
    sendPingsAutomatically: false,
    upgrade: parts.upgrade,
    open: (socket) => lifecycle.openSocket(socket),
    message: (socket, message, isBinary) =>
      parts.handleFrame(socket.getUserData().session, message, isBinary),
    dropped(socket) {
      parts.cuts.add(socket.getUserData().session);
      parts.observe.dropped();
    },
    ping: (socket) => void countFrame(socket.getUserData().session),
    pong: (socket) => void countFrame(socket.getUserData().session),
    drain: (socket) => socket.getUserData().session.drained(),
    close: (socket, code) => lifecycle.closeSession(socket.getUserData().session, code),
  };
}
