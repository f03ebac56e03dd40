/** A v1 client that comes and goes at random moments and resumes each time from the last `seq` it saw. */

import { setTimeout as pause } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { Random } from './random.ts';
import { V1 } from './socket-client.ts';

export interface Wanderer {
  /** The seqs of all connections, in the order in which they came. */
  readonly history: number[];
  readonly connections: () => number;
  /** Resolves when its history holds so many; rejects at the first frame that does not belong there. */
  follow(length: number): Promise<void>;
}

/** `urls` are the services that it connects to, one at random each time. */
export function createWanderer(urls: readonly string[], sid: string, shop: string, random: Random): Wanderer {
  const history: number[] = [];
  let epoch: string | undefined;
  let connections = 0;

  function connect(): { socket: WebSocket; ended: Promise<void>; failed: Promise<never> } {
    const query = new URLSearchParams({ shop, since: String(history.at(-1) ?? 0) });
    if (epoch !== undefined) query.set('epoch', epoch);
    const socket = new WebSocket(`${random.pick(urls).replace('http', 'ws')}/ws/${sid}?${query}`, [V1]);
    connections++;
    const failed = new Promise<never>((_, reject) => {
      socket.on('message', (data) => {
        const frame = JSON.parse(data.toString());
        if (frame.kind === 'ready') epoch = frame.epoch;
        if (frame.kind === 'notification') history.push(frame.seq);
        if (frame.kind === 'gone' || (frame.kind === 'notification' && frame.seq !== history.length)) {
          reject(new Error(`${sid} at ${history.length}: ${data}`));
        }
      });
    });
    failed.catch(() => {});
    const ended = new Promise<void>((resolve) => socket.on('close', () => resolve()));
    socket.on('error', () => {}); // the close follows
    return { socket, ended, failed };
  }

  return {
    history,
    connections: () => connections,
    async follow(length) {
      while (history.length < length) {
        const { socket, ended, failed } = connect();
        const isLong = random.chance(0.3);
        try {
          await Promise.race([failed, ended, pause(random.between(0, isLong ? 400 : 60))]);
        } finally {
          if (socket.readyState === WebSocket.OPEN && random.chance(0.3)) socket.close();
          else socket.terminate();
        }
        await Promise.race([failed, ended]);
      }
    },
  };
}
