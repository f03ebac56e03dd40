/**
 * A till of a shop that has a policy. It acknowledges what it is asked to, again after each cut until it sees the receipt,
 * and remembers when it first saw each receipt. It can leave its shop for a while.
 */

import { setTimeout as pause } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { keepConnected, type ReconnectingSocket } from '../reconnecting-socket.ts';
import type { ObservedReceipt } from './history.ts';

export interface TillOptions {
  name: string;
  shopId: string;
  gateway(): string | undefined;
  /** Undefined leaves the alert unanswered; else it is acknowledged after so many milliseconds. */
  answersAfterMs(orderId: string): number | undefined;
  silenceMs: number;
}

export interface Till extends ReconnectingSocket {
  receipts: ObservedReceipt[];
  /** Closes the connection and opens none until `comeBack`. */
  goAway(): void;
  comeBack(): void;
}

interface Frame {
  kind: string;
  seq: number;
  orderId: number | string;
  ackedBy?: string;
}

export function startTill(options: TillOptions): Till {
  const { name, shopId } = options;
  const receipts = new Map<number, ObservedReceipt>();
  /** When to acknowledge each, by the machine's clock. */
  const answers = new Map<number, number>();
  let isAway = false;

  function take(frame: Frame, socket: WebSocket): void {
    const { kind, seq } = frame;
    if (kind === 'receipt' && !receipts.has(seq)) receipts.set(seq, { shopId, seq, at: Date.now() });
    if (kind !== 'notification') return;
    const afterMs = options.answersAfterMs(String(frame.orderId));
    if (afterMs === undefined) return;
    const at = answers.get(seq) ?? Date.now() + afterMs;
    answers.set(seq, at);
    void acknowledge(seq, at, socket);
  }

  async function acknowledge(seq: number, at: number, socket: WebSocket): Promise<void> {
    await pause(Math.max(0, at - Date.now()));
    while (!receipts.has(seq) && socket.readyState === WebSocket.OPEN) {
      socket.send(JSON.stringify({ kind: 'ack', seq }));
      await pause(1_000); // it may have been refused while Postgres was away
    }
  }

  function open(url: string): WebSocket {
    const socket = new WebSocket(`${url}/ws/${name}?shop=${shopId}&since=0`, ['orderbell.v1']);
    let silence = setTimeout(() => socket.terminate(), options.silenceMs);
    socket.on('message', (data) => {
      clearTimeout(silence);
      silence = setTimeout(() => socket.terminate(), options.silenceMs);
      if (socket.readyState === WebSocket.OPEN) take(JSON.parse(data.toString()), socket);
    });
    socket.on('close', () => clearTimeout(silence));
    return socket;
  }

  const socket = keepConnected({ gateway: () => (isAway ? undefined : options.gateway()), open });
  return {
    ...socket,
    get receipts() {
      return [...receipts.values()];
    },
    goAway() {
      isAway = true;
      socket.cut();
    },
    comeBack() {
      isAway = false;
    },
  };
}
