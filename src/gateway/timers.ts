/** The gateway's repeated work, and how often it runs. */

import { type Repetition, startInterval } from '../platform/interval.ts';
import type { Logger } from '../platform/logger.ts';
import type { SessionAnnouncer } from './announcements/session-announcer.ts';
import type { SessionOrder } from './announcements/session-order.ts';
import type { Expiries } from './expiries.ts';
import type { Feeds } from './feed/feeds.ts';
import { pingDue, pingSeconds } from './pings.ts';
import type { Session } from './session.ts';
import type { Sessions } from './sessions.ts';
import type { Stalls } from './stalls.ts';

export interface TimedParts {
  settings: {
    readonly heartbeatSeconds: number;
    readonly compareSeconds: number;
    readonly idleTimeoutSeconds: number;
  };
  sessions: Sessions;
  feeds: Feeds;
  expiries: Expiries<Session>;
  stalls: Stalls<Session>;
  order: SessionOrder;
  announcer: SessionAnnouncer;
  logger: Logger;
  /** Milliseconds of a monotonic clock. */
  now(): number;
}

const SECOND_MS = 1_000;
const SYNCHRONISE_MS = 5_000;

/** What it returns ends the work and waits for what is under way. */
export function startTimers(parts: TimedParts): () => Promise<void> {
  const { settings, sessions, feeds, expiries, stalls, order, announcer, logger, now } = parts;
  const { heartbeatSeconds, compareSeconds } = settings;
  const pingMs = pingSeconds(settings.idleTimeoutSeconds) * SECOND_MS;
  const repeated: Repetition[] = [
    startInterval('heartbeat', heartbeatSeconds * SECOND_MS, () => feeds.heartbeat(), logger),
    startInterval('pings', SECOND_MS, () => pingDue(sessions.all(), pingMs, now), logger),
    startInterval('expiry', SECOND_MS, () => expiries.sweep(), logger),
    startInterval('stalls', SECOND_MS, () => stalls.sweep(), logger),
    startInterval('compare', compareSeconds * SECOND_MS, () => feeds.compare(), logger),
    startInterval('session order', SYNCHRONISE_MS, () => order.synchronise(), logger),
    startInterval('announce sessions', SECOND_MS, () => announcer.announcePending(), logger),
  ];
  return async () => {
    await Promise.all(repeated.map((repetition) => repetition.stop()));
  };
}
