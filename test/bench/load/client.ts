/**
 * The load client: a process that holds any number of sockets, counts what comes, and says how much of its processor it
 * needed for that. Above 90% it is the client that was measured, and the table says so.
 */

import { takeCommands } from '../commands.ts';
import { converse, type Dialect } from './dialects.ts';
import { openRawWebSocket, type RawWebSocket } from './raw-websocket.ts';

export interface OpenRequest {
  /** `{n}` is the socket's number, `{shop}` that of its shop. */
  url: string;
  count: number;
  /** How many shops the sockets are dealt out to. */
  shops: number;
  protocol?: string;
  /** How many are being opened at a time. */
  concurrency: number;
  dialect: Dialect;
}

export interface Opened {
  seconds: number;
  /** Of this process, 0 to 1. */
  cpuShare: number;
}

export interface Counted {
  /** From the first frame to the last. */
  seconds: number;
  frames: number;
  bytes: number;
  cpuShare: number;
  /** Milliseconds, of the sampled sockets, where the frames carry their time. */
  latencies: number[];
  /** Of the sampled sockets, where the frames carry no time: the microsecond at which each order's frame came. */
  arrivals: [orderId: number, micros: number][];
  closed: number;
}

export interface LoadClientCommands {
  open(request: OpenRequest): Promise<Opened>;
  /** Forgets what was counted. `counted` will answer when `frames` have come; `sampleSockets` measure latencies. */
  arm(goal: { frames: number; sampleSockets: number }): Promise<void>;
  counted(limit: { seconds: number }): Promise<Counted>;
  /** Resolves when so many `ready` frames have come since the last `open` began. */
  ready(goal: {
    count: number;
    seconds: number;
  }): Promise<{ secondsSinceOpen: number; notifications: number }>;
  /** The first `count` sockets read no more. */
  freeze(request: { count: number }): Promise<void>;
  /** Breaks all of them off, without a closing handshake. */
  cut(nothing: null): Promise<void>;
}

const TEXT = 1;
const BRACE = 0x7b;
/** `{"kind":"ready"` and `{"kind":"notification"` differ at this byte. */
const KIND_AT = 9;
const R = 0x72;
const N = 0x6e;

let sockets: RawWebSocket[] = [];
let opening = 0;
let frames = 0;
let bytes = 0;
let goal = Number.POSITIVE_INFINITY;
let readyGoal = Number.POSITIVE_INFINITY;
let sampleSockets = 0;
let firstAt = 0;
let lastAt = 0;
let readies = 0;
let notifications = 0;
let closed = 0;
let openedAt = 0;
let latencies: number[] = [];
let arrivals: [number, number][] = [];
let cpuAtStart = process.cpuUsage();
let countingSince = 0;
let onGoal = () => {};
let onReady = () => {};

/** Microseconds of the clock that all processes of the machine share. */
const micros = () => Number(process.hrtime.bigint() / 1000n);

const cpuShare = (sinceMs: number) => {
  const { user, system } = process.cpuUsage(cpuAtStart);
  return (user + system) / 1000 / (performance.now() - sinceMs);
};

function heard(index: number, data: Buffer, start: number, end: number): void {
  if (end - start < 2) return;
  if (data[start] === BRACE && data[start + 2] === 0x6b) {
    // A frame of orderbell.v1: only notifications count.
    if (data[start + KIND_AT] === R && data[start + KIND_AT + 3] === 0x64) {
      readies++;
      if (readies >= readyGoal) onReady();
      return;
    }
    if (data[start + KIND_AT] !== N) return;
    notifications++;
  }
  if (frames === 0) firstAt = performance.now();
  frames++;
  bytes += end - start;
  if (index < sampleSockets) {
    const now = micros();
    const text = data.toString('latin1', start, end);
    const sentAt = /T(\d{6,20})/.exec(text)?.[1];
    if (sentAt !== undefined) latencies.push((now - Number(sentAt)) / 1000);
    else arrivals.push([Number(/"orderId":(\d+)/.exec(text)?.[1]), now]);
  }
  if (frames >= goal) {
    lastAt = performance.now();
    onGoal();
  }
}

async function openOne(request: OpenRequest, index: number): Promise<void> {
  const url = request.url.replace('{n}', String(index)).replace('{shop}', String(index % request.shops));
  let raw: RawWebSocket | undefined;
  let onJoined = () => {};
  const whenJoined = new Promise<void>((resolve) => {
    onJoined = resolve;
  });
  const { first, onText } = converse(request.dialect, {
    shop: index % request.shops,
    send: (text) => raw?.sendText(text),
    onJoined,
    onAlert: (data, start, end) => heard(index, data, start, end),
  });
  raw = await openRawWebSocket({
    url,
    protocol: request.protocol,
    onFrame(opcode, data, start, end) {
      if (opcode === TEXT) onText(data, start, end);
    },
    onClose: () => closed++,
  });
  sockets[index] = raw;
  if (first !== undefined) raw.sendText(first);
  await whenJoined;
}

const within = (seconds: number, what: string, done: (resolve: () => void) => void) =>
  new Promise<void>((resolve, reject) => {
    const timer = setTimeout(
      () =>
        reject(
          new Error(
            `${what}: ${frames} of ${goal} frames, ${readies} ready, ${closed} closed, after ${seconds} s`,
          ),
        ),
      seconds * 1000,
    );
    done(() => {
      clearTimeout(timer);
      resolve();
    });
  });

const commands: LoadClientCommands = {
  async open(request) {
    readies = 0;
    notifications = 0;
    closed = 0;
    opening = 0;
    cpuAtStart = process.cpuUsage();
    openedAt = performance.now();
    const lanes = Array.from({ length: Math.min(request.concurrency, request.count) }, async () => {
      while (opening < request.count) await openOne(request, opening++);
    });
    await Promise.all(lanes);
    return { seconds: (performance.now() - openedAt) / 1000, cpuShare: cpuShare(openedAt) };
  },
  async arm(wanted) {
    goal = wanted.frames;
    sampleSockets = wanted.sampleSockets;
    frames = 0;
    bytes = 0;
    latencies = [];
    arrivals = [];
    cpuAtStart = process.cpuUsage();
    countingSince = performance.now();
  },
  async counted({ seconds }) {
    if (frames < goal) {
      await within(seconds, 'counting', (resolve) => {
        onGoal = resolve;
      });
    }
    const share = cpuShare(Math.max(countingSince, firstAt));
    onGoal = () => {};
    return {
      seconds: (lastAt - firstAt) / 1000,
      frames,
      bytes,
      cpuShare: share,
      latencies,
      arrivals,
      closed,
    };
  },
  async ready({ count, seconds }) {
    if (readies < count) {
      readyGoal = count;
      await within(seconds, 'catching up', (resolve) => {
        onReady = resolve;
      });
      readyGoal = Number.POSITIVE_INFINITY;
    }
    return { secondsSinceOpen: (performance.now() - openedAt) / 1000, notifications };
  },
  async freeze({ count }) {
    for (const { socket } of sockets.slice(0, count)) socket.pause();
  },
  async cut() {
    const cutting = sockets;
    sockets = [];
    await Promise.all(
      cutting.map(
        ({ socket }) =>
          new Promise<void>((resolve) => {
            if (socket.destroyed) return resolve();
            socket.once('close', () => resolve());
            socket.resetAndDestroy();
          }),
      ),
    );
  },
};
takeCommands(commands);
