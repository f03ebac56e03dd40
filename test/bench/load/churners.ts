/**
 * Clients on bad networks: each is cut every so often, comes back after a while with the place it had reached, and catches up.
 * What each of them got is counted: alerts live, alerts replayed, and whether any was missed or came twice.
 */

import { setTimeout as pause } from 'node:timers/promises';
import { takeCommands } from '../commands.ts';
import { type Latency, latencyOf } from '../statistics.ts';
import { openRawWebSocket, type RawWebSocket } from './raw-websocket.ts';
import { type Resumption, type ResumptionDialect, readCentrifugo, readOrderbell } from './resumption.ts';

export interface ChurnersCommands {
  /** Resolves when all are live. `{n}` is the client's number. */
  open(request: {
    url: string;
    dialect: ResumptionDialect;
    count: number;
    concurrency: number;
  }): Promise<void>;
  /** Cuts each client every `everyMs`, at a phase of its own, for so long. Resolves when all are live again. */
  churn(request: { seconds: number; everyMs: number; awayMs: number }): Promise<Churned>;
  /** How many have not come to that place by then. */
  behind(goal: { place: number; seconds: number }): Promise<number>;
}

export interface Churned {
  /** From the first try to connect again until all that was missed is there, in milliseconds. */
  replays: Latency;
  /** From the publish, in milliseconds, of alerts that came to a client that had caught up. */
  live: Latency;
  replayed: number;
  /** Places that were passed over, and places that came again. */
  missing: number;
  repeated: number;
  /** Connections that failed or were closed by the server. */
  refused: number;
  cpuShare: number;
}

const TEXT = 1;
const AGAIN_MS = 100;
const DIALECTS = { orderbell: readOrderbell, centrifugo: readCentrifugo };

interface Churner {
  index: number;
  resumption: Resumption;
  isLive: boolean;
  /** Breaks its socket off, without a closing handshake. */
  cut(): void;
}

let churners: Churner[] = [];
let target = '';
let counts = emptyCounts();

function emptyCounts() {
  return { replays: [] as number[], live: [] as number[], replayed: 0, missing: 0, repeated: 0, refused: 0 };
}

const micros = () => Number(process.hrtime.bigint() / 1000n);

function count(churner: Churner, step: number, content: string): void {
  if (step > 1) counts.missing += step - 1;
  else if (step < 1) counts.repeated++;
  if (!churner.isLive) counts.replayed++;
  else counts.live.push((micros() - Number(/T(\d+)/.exec(content)?.[1])) / 1000);
}

/** Resolves when it has caught up, however often it is refused. */
async function connect(churner: Churner): Promise<void> {
  const began = performance.now();
  const isBack = churner.resumption.place() !== undefined;
  while (!(await attempt(churner).catch(() => false))) {
    counts.refused++;
    await pause(AGAIN_MS);
  }
  if (isBack) counts.replays.push(performance.now() - began);
}

/** False where it was closed before it had caught up. */
async function attempt(churner: Churner): Promise<boolean> {
  const { resumption, index } = churner;
  let isCut = false;
  let raw: RawWebSocket | undefined;
  let resolve: (isCaughtUp: boolean) => void = () => {};
  const whenCaughtUp = new Promise<boolean>((given) => {
    resolve = given;
  });
  raw = await openRawWebSocket({
    url: resumption.url(target.replace('{n}', String(index))),
    protocol: resumption.protocol,
    onFrame(opcode, bytes, start, end) {
      if (opcode !== TEXT || isCut) return;
      resumption.read(bytes.toString('utf8', start, end), {
        onAlert: (step, content) => count(churner, step, content),
        onCaughtUp() {
          churner.isLive = true;
          resolve(true);
        },
        answer: (text) => raw?.sendText(text),
      });
    },
    onClose() {
      if (!isCut && churner.isLive) counts.refused++;
      churner.isLive = false;
      resolve(false);
    },
  });
  churner.cut = () => {
    isCut = true;
    churner.isLive = false;
    raw?.socket.resetAndDestroy();
  };
  const first = resumption.first();
  if (first !== undefined) raw.sendText(first);
  return whenCaughtUp;
}

async function live(churner: Churner, phaseMs: number, untilMs: number, everyMs: number, awayMs: number) {
  for (let at = performance.now() + phaseMs; at < untilMs; at += everyMs) {
    await pause(Math.max(0, at - performance.now()));
    churner.cut();
    await pause(awayMs);
    await connect(churner);
  }
}

const commands: ChurnersCommands = {
  async open({ url, dialect, count: size, concurrency }) {
    target = url;
    churners = Array.from({ length: size }, (_, index) => ({
      index,
      resumption: DIALECTS[dialect](),
      isLive: false,
      cut: () => {},
    }));
    const waiting = churners.values();
    const lanes = Array.from({ length: concurrency }, async () => {
      for (const churner of waiting) await connect(churner);
    });
    await Promise.all(lanes);
  },
  async churn({ seconds, everyMs, awayMs }) {
    counts = emptyCounts();
    const cpu = process.cpuUsage();
    const began = performance.now();
    const until = began + seconds * 1000;
    await Promise.all(
      churners.map((churner, index) =>
        live(churner, (index / churners.length) * everyMs, until, everyMs, awayMs),
      ),
    );
    const { user, system } = process.cpuUsage(cpu);
    const share = (user + system) / 1000 / (performance.now() - began);
    return {
      ...counts,
      replays: latencyOf(counts.replays),
      live: latencyOf(counts.live),
      cpuShare: share,
    };
  },
  async behind({ place, seconds }) {
    const deadline = performance.now() + seconds * 1000;
    const late = () => churners.filter(({ resumption }) => (resumption.place() ?? 0) < place).length;
    while (late() > 0 && performance.now() < deadline) await pause(50);
    return late();
  },
};
takeCommands(commands);
