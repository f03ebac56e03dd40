/**
 * The gateway: the sockets on `/ws/:sid`, each following its shop's feed. A v1 client gets its shop's log in order without
 * gap or repeat, a plain client gets only alerts, and a slow client delays no other.
 */

import type { HttpResponse, TemplatedApp } from 'uWebSockets.js';
import type { AnnouncedEscalation } from '../domain/announcement.ts';
import type { Acknowledged, Acknowledgement, LoggedBatch, ReceiptBatch } from '../domain/log.ts';
import type { GatewayLeases } from '../domain/presence.ts';
import { delayOrAbort } from '../platform/backoff.ts';
import { messageOf } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import type { Authorise } from '../server/authorise.ts';
import type { AccessRefusal } from '../server/refusal.ts';
import { createAnnouncementHandler } from './announcements/handle-announcement.ts';
import { createSessionAnnouncer } from './announcements/session-announcer.ts';
import { createSessionOrder } from './announcements/session-order.ts';
import { createAckHandler } from './client-frames/acknowledge.ts';
import { createFrameHandler } from './client-frames/handle-frame.ts';
import { createPace } from './client-frames/pace.ts';
import { createProgressHandler } from './client-frames/report-progress.ts';
import { createHearingHandler } from './client-frames/report-sound.ts';
import { createCuts } from './cuts.ts';
import { createDrain } from './drain.ts';
import { createExpiries } from './expiries.ts';
import { createFeeds } from './feed/feeds.ts';
import type { LogReader } from './feed/log-reader.ts';
import { createFeedRefresh } from './feed/refresh.ts';
import { startPresence } from './hearing/presence.ts';
import type { GatewayObserver } from './observer.ts';
import { startProgressWriter, type WriteProgress } from './progress-writer.ts';
import { createReplays } from './replays.ts';
import type { Session } from './session.ts';
import { createSessionLifecycle } from './session-lifecycle.ts';
import { createSessions } from './sessions.ts';
import { socketBehavior } from './socket-behavior.ts';
import type { GatewaySpans } from './spans.ts';
import { createStalls } from './stalls.ts';
import { createTillSessions } from './till-sessions.ts';
import { startTimers } from './timers.ts';
import { tokenExpiryEvents } from './token-expiry.ts';
import { topicsOf } from './topics.ts';
import { createUpgradeHandler } from './upgrade/handle-upgrade.ts';
import { createPlaces, type PlaceLimits } from './upgrade/places.ts';

export interface GatewaySettings {
  readonly maxBackpressureBytes: number;
  readonly idleTimeoutSeconds: number;
  readonly heartbeatSeconds: number;
  readonly compareSeconds: number;
  readonly tailLength: number;
  readonly pageSize: number;
  readonly replayStallSeconds: number;
  readonly framesPerSecond: number;
}

export interface GatewayOptions {
  app: TemplatedApp;
  settings: GatewaySettings;
  authorise: Authorise;
  limits: PlaceLimits;
  /** For the feeds: all of a shop's sockets wait for one. */
  log: LogReader;
  /** For clients that catch up, which may take long. */
  replayLog: LogReader;
  acknowledge(acknowledgement: Acknowledgement): Promise<Acknowledged>;
  /** Stores what tills report, all in one statement. */
  recordProgress: WriteProgress;
  /** Postgres's clock, which all gateways share: microseconds since 1970. */
  readClock(): Promise<number>;
  /** Under which it keeps in Postgres which shops have a session here that can sound. */
  leases: GatewayLeases;
  /** Whether a paired till was removed, as this process knows. */
  isRemovedTill(till: string): boolean;
  /** Whether plain sessions count as able to sound. */
  plainHears: boolean;
  /** Answers an upgrade with a refusal instead. */
  refuse(res: HttpResponse, refusal: AccessRefusal): void;
  /** Called after each socket that has closed. */
  onSocketClosed(): void;
  /** To the gateways of other processes; may be lost. False where it is known to be. */
  broadcast(announcement: string): boolean;
  observe: GatewayObserver;
  /** Undefined: nothing is traced. */
  spans?: GatewaySpans | undefined;
  logger: Logger;
}

export interface Gateway {
  /** Publishes what this process has just logged to the sockets here, in this turn. */
  offer(batches: readonly LoggedBatch[]): void;
  /** The same of receipts. */
  offerReceipts(batches: readonly ReceiptBatch[]): void;
  /** Shows the clients here which steps this process has just decided. */
  showEscalations(escalations: readonly AnnouncedEscalation[]): void;
  /** Takes what another process has announced and signed. */
  receiveAnnouncement(body: Buffer): void;
  /** Compares all feeds with the log, in the background: announcements may have been lost. */
  compareSoon(): void;
  /** Resolves when sessions may be opened. Rejects while Postgres is away. */
  ready(): Promise<void>;
  /** A link is back: announces the sessions here anew, since announcements were lost meanwhile. */
  announceSessions(): void;
  /** Ends the sessions of paired tills that were removed. */
  endRemovedTills(tills: Iterable<string>): void;
  /** How many shops have a feed here. */
  shops(): number;
  /** Refuses new sockets from now on. */
  refuseSockets(): void;
  /** Asks the orderbell.v1 clients to move. Resolves when all have, or after so many seconds. */
  moveSockets(withinSeconds: number): Promise<void>;
  /** Ends every socket with 1012, spread over so many seconds. */
  endSockets(overSeconds: number): Promise<void>;
  /** Ends the repeated work. The sockets are the app's. */
  stop(): Promise<void>;
}

const now = () => performance.now();

export function startGateway(options: GatewayOptions): Gateway {
  const { app, settings, limits, log, broadcast, observe, spans, logger } = options;
  const closing = new AbortController();
  const pause = (ms: number) => delayOrAbort(ms, closing.signal);

  const cuts = createCuts();
  const feeds = createFeeds({ ...settings, log, topics: topicsOf(app, cuts), observe, spans, logger, now });
  const comparison = createFeedRefresh({
    isClosed: () => closing.signal.aborted,
    ask: () => feeds.compare(),
    onFailure: (error) => logger.warn({ error: messageOf(error) }, 'the feeds were not compared'),
  });
  const drain = createDrain(() => sessions, pause);
  const sessions = createSessions(() => drain.isRefusing);
  const order = createSessionOrder(options.readClock, now);
  const announcer = createSessionAnnouncer({ sessions, order, broadcast });
  const announcements = createAnnouncementHandler({ feeds, announcer, observe, logger });
  const expiries = createExpiries<Session>(tokenExpiryEvents, Date.now);
  const stalls = createStalls<Session>({
    seconds: settings.replayStallSeconds,
    onStalled: (session) => session.closeStalled(),
    now,
  });
  const { pageSize } = settings;
  const replays = createReplays({ log: options.replayLog, pageSize, stalls, pause, observe, logger });
  const { sounding, ...presence } = startPresence({ ...options, pause, now });
  const tills = createTillSessions<Session>((till) => options.isRemovedTill(till));
  const parts = { sessions, announcer, expiries, replays, sounding, tills };
  const lifecycle = createSessionLifecycle({ ...options, ...parts, now });
  const countFrame = createPace({ ...settings, observe, now });
  const progress = startProgressWriter({ write: options.recordProgress, observe, logger, pause, now });
  const handlers = {
    ack: createAckHandler({ ...options, feeds }),
    seen: createProgressHandler('seen', progress),
    spoken: createProgressHandler('spoken', progress),
    hearing: createHearingHandler(sounding),
  };
  const handleFrame = createFrameHandler({ countFrame, handlers, observe });
  const upgrade = createUpgradeHandler({
    ...options,
    places: createPlaces({ limits, feeds, log, logger, now }),
    sessions,
    order,
    isRefusing: () => drain.isRefusing,
    onSession: (session, grant) => lifecycle.openSession(session, grant),
  });
  app.ws(
    '/ws/:sid',
    socketBehavior({ settings, upgrade, lifecycle, handleFrame, countFrame, cuts, observe }),
  );
  const stopTimers = startTimers({
    settings,
    sessions,
    feeds,
    expiries,
    stalls,
    order,
    announcer,
    logger,
    now,
  });

  return {
    offer: (batches) => announcements.fanOut(batches),
    offerReceipts: (batches) => announcements.offerReceipts(batches),
    showEscalations: (escalations) => announcements.showEscalations(escalations),
    receiveAnnouncement: (body) => announcements.receiveAnnouncement(body),
    ready: () => order.synchronise(),
    announceSessions() {
      order
        .synchronise()
        .catch((error) => logger.warn({ error: messageOf(error) }, 'the clock was not read'));
      announcer.announceAll();
    },
    endRemovedTills: (removed) => tills.endRemoved(removed),
    shops: () => feeds.size,
    compareSoon: () => comparison.soon(),
    refuseSockets: () => drain.refuseSockets(),
    moveSockets: (withinSeconds) => drain.moveSockets(withinSeconds),
    endSockets: (overSeconds) => drain.endSockets(overSeconds),
    async stop() {
      closing.abort();
      await Promise.all([stopTimers(), progress.stop(), presence.stop()]);
      feeds.close();
    },
  };
}
