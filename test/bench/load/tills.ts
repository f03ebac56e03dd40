/**
 * Tills as pages have them: the real client, over the library `ws`, one link each. They follow the deployment of the service
 * like any page; what each of them got is counted, and how long it took.
 */

import { WebSocket } from 'ws';
import { startLink } from '../../../src/client/start-link.ts';
import type { Bell } from '../../../src/client/types.ts';
import { createWorld } from '../../../src/client/world.ts';
import { takeCommands } from '../commands.ts';

export interface TillsCommands {
  /** Resolves when all of them are live. */
  open(request: TillsRequest): Promise<void>;
  /** New sockets go there from now on, as behind a proxy. */
  moveTo(request: { url: string }): Promise<void>;
  /** Forgets what was counted. */
  arm(nothing: null): Promise<void>;
  /** Resolves when so many alerts have come to all of them together since `arm`. */
  counted(goal: { alerts: number; seconds: number }): Promise<TillsCount>;
}

export interface TillsRequest {
  url: string;
  count: number;
  shops: number;
  concurrency: number;
  /** What their session ids begin with, where tills of several processes share the shops. */
  prefix?: string;
  /** Each alert is reported as seen and as spoken, and acknowledged. */
  answers?: boolean;
}

export interface TillsCount {
  /** From the publish, in milliseconds. */
  latencies: number[];
  alerts: number;
  /** Alerts that did not follow the one before them. */
  outOfPlace: number;
  /** Tills that were not live at some time. */
  noticed: number;
  /** How many sockets were opened. */
  sockets: number;
}

const bells: Bell[] = [];
let target = '';
let latencies: number[] = [];
let alerts = 0;
let outOfPlace = 0;
let sockets = 0;
const noticed = new Set<number>();

class SocketThere extends WebSocket {
  constructor(url: string, protocols: string[]) {
    const there = new URL(url);
    there.host = new URL(target).host;
    sockets++;
    super(there, protocols);
  }
}

function openOne(index: number, { shops, prefix = 'till', answers = false }: TillsRequest): Promise<void> {
  const bell = startLink(
    { url: target, sid: `${prefix}-${index}`, shop: `shop-${index % shops}`, store: null },
    createWorld(SocketThere),
  );
  bells.push(bell);
  let last: number | undefined;
  bell.on('notification', ({ seq, content }) => {
    const sentAt = Number(/T(\d+)/.exec(content)?.[1]);
    latencies.push((Number(process.hrtime.bigint() / 1000n) - sentAt) / 1000);
    if (last !== undefined && seq !== last + 1) outOfPlace++;
    last = seq;
    alerts++;
    if (!answers) return;
    bell.seen(seq);
    bell.spoken(seq);
    bell.ack(seq);
  });
  return new Promise((resolve) => {
    bell.on('state', ({ name }) => {
      if (name === 'live') resolve();
      else noticed.add(index);
    });
  });
}

const commands: TillsCommands = {
  async open(request) {
    target = request.url;
    let next = 0;
    const lanes = Array.from({ length: request.concurrency }, async () => {
      while (next < request.count) await openOne(next++, request);
    });
    await Promise.all(lanes);
  },
  async moveTo({ url }) {
    target = url;
  },
  async arm() {
    latencies = [];
    alerts = 0;
    outOfPlace = 0;
    sockets = 0;
    noticed.clear();
  },
  async counted({ alerts: goal, seconds }) {
    const deadline = performance.now() + seconds * 1000;
    while (alerts < goal && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return { latencies, alerts, outOfPlace, noticed: noticed.size, sockets };
  },
};
takeCommands(commands);
