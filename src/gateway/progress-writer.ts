/**
 * Stores what tills report, in the background. Guarantees that at most one statement is under way, that a pause follows
 * each, and that what waits is bounded: of each shop and kind only the highest waits. While Postgres is away it waits for
 * it; what finds no room then, or breaks the statement, is dropped and counted.
 */

import type { Progress, ReportedProgress } from '../domain/progress.ts';
import { messageOf } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import { isUnavailable } from '../platform/postgres.ts';
import { createThrottledLog } from '../platform/throttled-log.ts';
import type { GatewayObserver } from './observer.ts';

export type WriteProgress = (reported: readonly ReportedProgress[]) => Promise<void>;

export interface ProgressWriterOptions {
  write: WriteProgress;
  observe: Pick<GatewayObserver, 'progressDropped'>;
  logger: Logger;
  /** Resolves after so many milliseconds, or earlier when the gateway closes. */
  pause(ms: number): Promise<unknown>;
  /** Milliseconds of a monotonic clock. */
  now(): number;
}

export interface ProgressWriter {
  /** Never waits. False where it found no room. `publishedAt` is by the same clock as `now`. */
  add(progress: Progress, publishedAt?: number): boolean;
  /** To be called once `pause` no longer waits. Writes what is left if Postgres takes it at once. */
  stop(): Promise<void>;
}

/** Shops times kinds. */
const MOST_WAITING = 10_000;
const MOST_ROWS = 1_000;
/** Gathers what comes meanwhile: ten statements a second are the most that one gateway makes. */
const PAUSE_MS = 100;
const AGAIN_MS = 1_000;

interface Waiting extends Progress {
  readonly since: number;
  readonly publishedAt: number | undefined;
}

export function startProgressWriter(options: ProgressWriterOptions): ProgressWriter {
  const { write, observe, logger, pause, now } = options;
  const waiting = new Map<string, Waiting>();
  let isStopping = false;
  const warn = createThrottledLog(logger, now);
  let running: Promise<void> | undefined;

  function put(report: Waiting): void {
    const key = `${report.kind}/${report.shopId}`;
    if ((waiting.get(key)?.seq ?? 0) < report.seq) waiting.set(key, report);
  }

  function takeBatch(): Waiting[] {
    const batch = [...waiting].slice(0, MOST_ROWS);
    for (const [key] of batch) waiting.delete(key);
    return batch.map(([, report]) => report);
  }

  /** How long to wait before the next statement. */
  async function writeBatch(): Promise<number> {
    const batch = takeBatch();
    try {
      await write(batch.map((report) => withAges(report, now())));
      return PAUSE_MS;
    } catch (error) {
      if (isUnavailable(error) && !isStopping) {
        for (const report of batch) put(report);
      } else observe.progressDropped(batch.length);
      warn({ reports: batch.length, error: messageOf(error) }, 'what tills reported was not stored');
      return AGAIN_MS;
    }
  }

  async function run(): Promise<void> {
    while (waiting.size > 0) await pause(await writeBatch());
    running = undefined;
  }

  return {
    add(progress, publishedAt) {
      if (waiting.size >= MOST_WAITING) {
        observe.progressDropped(1);
        return false;
      }
      put({ ...progress, since: now(), publishedAt });
      running ??= run();
      return true;
    },
    async stop() {
      isStopping = true;
      await running;
    },
  };
}

function withAges({ since, publishedAt, ...progress }: Waiting, now: number): ReportedProgress {
  const broadcastAgeMs = publishedAt === undefined ? undefined : now - publishedAt;
  return { ...progress, ageMs: now - since, broadcastAgeMs };
}
