/**
 * The gateway: the sockets on `/ws/:sid`, each following its shop's feed. Guarantees that a v1 client sees its shop's
 * log in order without gap or repeat, that a plain client sees only alerts, and that a slow client delays nobody.
 */

import uWS, { type HttpResponse, type TemplatedApp } from 'uWebSockets.js';
import { randomUUID } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ANYBODY, type Authenticate, type Grant } from '../domain/access.ts';
import { type Announcement, decodeAnnouncement, encodeAnnouncement } from '../domain/announcement.ts';
import type { Acknowledged, Acknowledgement, LoggedBatch } from '../domain/log.ts';
import type { Receipt } from '../domain/notification.ts';
import { delayOrAbort } from '../platform/backoff.ts';
import { messageOf } from '../platform/errors.ts';
import { type Repetition, startInterval } from '../platform/interval.ts';
import type { Logger } from '../platform/logger.ts';
import { CLOSE } from '../protocol/close-codes.ts';
import { type ClientAddresses, peerOf } from '../server/client-address.ts';
import { headerValues } from '../server/header-values.ts';
import type { CheckRequest } from '../server/request-check.ts';
import { createCuts } from './cuts.ts';
import { createExpiries } from './expiries.ts';
import { createFeeds } from './feed/feeds.ts';
import type { LogReader } from './feed/shop-feed.ts';
import type { GatewayObserver } from './observer.ts';
import { errorFrame, expiringFrame, MAX_CLIENT_FRAME_BYTES, readClientFrame } from './protocol.ts';
import { type Cursor, replay } from './replay.ts';
import { type JoinRequest, Session, type SocketData } from './session.ts';
import { createSessionOrder } from './session-order.ts';
import { createSessions, type RemoteSession } from './sessions.ts';
import { createStalls } from './stalls.ts';
import { admit } from './upgrade/admission.ts';
import { completeUpgrade } from './upgrade/complete-upgrade.ts';
import { createEntrance, type EntranceLimits, type Refused } from './upgrade/entrance.ts';
import { pickSubprotocol } from './upgrade/join-request.ts';

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
  clients: ClientAddresses;
  check: CheckRequest;
  limits: EntranceLimits;
  /** For the feeds, which all of a shop's sockets wait for. */
  log: LogReader;
  /** For those who catch up, which may take long. */
  replayLog: LogReader;
  authenticate: Authenticate;
  /** Whether a token may stand in the query. */
  queryToken: boolean;
  acknowledge(acknowledgement: Acknowledgement): Promise<Acknowledged>;
  /** Postgres's clock, which all gateways share: microseconds since 1970. */
  readClock(): Promise<number>;
  /** Answers an upgrade with a refusal instead. */
  refuse(res: HttpResponse, refused: Refused): void;
  /** Called after each socket that has closed. */
  onSocketClosed(): void;
  /** Tells the gateways of other processes; may lose it. False where it is known to be lost. */
  broadcast(announcement: string): boolean;
  observe: GatewayObserver;
  logger: Logger;
}

export interface Gateway {
  /** What this process has just logged: to the sockets here, in this very turn. */
  offer(batches: readonly LoggedBatch[]): void;
  /** What another process announced, and signed. */
  receiveAnnouncement(body: Buffer): void;
  /** Compares all feeds with the log, beside whatever goes on: announcements may have been lost. */
  compareSoon(): void;
  /** Resolves when sessions may be opened. Rejects while Postgres is away. */
  ready(): Promise<void>;
  /** A link is back: tells of the sessions here anew, since what was announced meanwhile is lost. */
  announceSessions(): void;
  /** How many shops have a feed here. */
  shops(): number;
  /** Refuses new sockets from now on. */
  refuseSockets(): void;
  /** Ends every socket with 1012, spread over so many seconds. */
  endSockets(overSeconds: number): Promise<void>;
  /** Ends the repeated work. The sockets are the app's. */
  stop(): Promise<void>;
}

/** Longer ones end the transport without a close frame. */
const MAX_TRANSPORT_FRAME_BYTES = 64 * 1024;

/** A client that sends so many times what it may in one second is ended. */
const FLOOD_FACTOR = 10;

const UPGRADE_HEADERS = [
  'authorization',
  'sec-websocket-protocol',
  'sec-websocket-key',
  'sec-websocket-extensions',
] as const;

export function startGateway(options: GatewayOptions): Gateway {
  const { app, settings, observe, logger } = options;
  const { log, replayLog } = options;
  const cuts = createCuts();
  const topics = {
    publish(topic: string, frame: string) {
      cuts.closeAll();
      app.publish(topic, frame);
      cuts.closeAll();
    },
    subscribers: (topic: string) => app.numSubscribers(topic),
  };
  const feeds = createFeeds({ ...settings, log, topics, observe, logger, now: () => performance.now() });
  const sessions = createSessions();
  const order = createSessionOrder(options.readClock, () => performance.now());
  /** Those that other gateways have still to be told of. */
  const unannounced = new Set<Session>();
  const entrance = createEntrance({
    limits: options.limits,
    feeds,
    log,
    logger,
    now: () => performance.now(),
  });
  const entryRules = { authenticate: options.authenticate, queryToken: options.queryToken };
  const expiries = createExpiries<Session>(
    {
      onExpiring(session, inSeconds) {
        if (session.request.protocol !== 'plain') session.send(expiringFrame(inSeconds));
      },
      onExpired: (session) => session.end(CLOSE.tokenExpired, 'the token has expired'),
    },
    Date.now,
  );
  const stalls = createStalls<Session>({
    seconds: settings.replayStallSeconds,
    onStalled: (session) => session.closeStalled(),
    now: () => performance.now(),
  });
  const closing = new AbortController();
  let refusing = false;

  const pause = (ms: number) => delayOrAbort(ms, closing.signal);
  const startReplay = (session: Session, from: Cursor) => void catchUp(session, from);

  async function catchUp(session: Session, from: Cursor): Promise<void> {
    const caughtUp = await replay(session, from, {
      log: replayLog,
      pageSize: settings.pageSize,
      stalls,
      logger,
      pause,
    });
    const resumed = session.request.since !== undefined || from === ANEW;
    if (resumed && caughtUp !== 'left') observe.caughtUp(caughtUp);
  }

  /** The socket is open, and whatever was corked for its upgrade is not any more. */
  function begin(session: Session, { subject, expiresAt }: Grant): void {
    const { shopId, sid, protocol } = session.request;
    sessions.add(session);
    observe.opened(protocol);
    expiries.add(session, expiresAt);
    unannounced.add(session);
    announceUnannounced();
    if (protocol === 'plain') session.subscribe();
    else startReplay(session, startOf(session));
    logger.debug({ shopId, sid, protocol, subject }, 'a session was opened');
  }

  /**
   * Counts a frame of any kind and protocol, pings included: reading them is what a flood costs. Once the session has
   * ended, uWebSockets.js skips what still comes without a call.
   */
  function isWithinPace(session: Session): boolean {
    const count = session.countFrame(performance.now());
    if (count <= settings.framesPerSecond) return true;
    observe.clientFrame('too-fast');
    const most = `at most ${settings.framesPerSecond} frames a second`;
    if (count > settings.framesPerSecond * FLOOD_FACTOR) session.end(CLOSE.tooFast, most);
    // Once a second: an answer to each frame of a flood would be a flood of our own.
    else if (count === settings.framesPerSecond + 1 && session.request.protocol !== 'plain') {
      session.send(errorFrame('too-fast', most));
    }
    return false;
  }

  function hearClient(session: Session, message: ArrayBuffer, isBinary: boolean): void {
    if (!isWithinPace(session)) return;
    if (message.byteLength > MAX_CLIENT_FRAME_BYTES) {
      observe.clientFrame('too-big');
      session.end(CLOSE.tooBig, `frames may have ${MAX_CLIENT_FRAME_BYTES} bytes`);
      return;
    }
    if (session.request.protocol === 'plain') {
      observe.clientFrame('plain');
      return;
    }
    const frame = readClientFrame(message, isBinary);
    observe.clientFrame(frame.kind === 'fault' ? frame.code : frame.kind);
    if (frame.kind === 'fault') session.send(errorFrame(frame.code, frame.message));
    else void acknowledge(session, frame.seq, frame.epoch);
  }

  async function acknowledge(session: Session, seq: number, epoch: string | undefined): Promise<void> {
    const { subject } = session;
    const { shopId, sid } = session.request;
    try {
      const acknowledged = await options.acknowledge({ shopId, seq, sid, subject, epoch });
      if (acknowledged.outcome === 'unknown-seq') session.send(errorFrame('unknown-seq', `seq ${seq}`, seq));
      if (acknowledged.outcome === 'wrong-epoch') {
        session.send(errorFrame('wrong-epoch', `seq ${seq} is of another log`, seq));
      }
      if (acknowledged.outcome === 'first') announceReceipt(acknowledged.epoch, acknowledged.receipt);
    } catch (error) {
      logger.warn({ shopId, sid, seq, error: messageOf(error) }, 'an acknowledgement was not recorded');
      session.send(errorFrame('unavailable', `seq ${seq} was not recorded: send it again later`, seq));
    }
  }

  function announceReceipt(epoch: string, receipt: Receipt): void {
    const { shopId } = receipt;
    feeds.find(shopId)?.offerReceipts(epoch, [receipt]);
    options.broadcast(encodeAnnouncement({ receipts: { shopId, epoch, receipts: [receipt] } }));
  }

  /** Ends those of ours that have to go, and tells of those that stay: the other gateway may not know of them. */
  function hearSessions(remotes: readonly RemoteSession[]): void {
    for (const remote of remotes) {
      order.saw(remote.order);
      const ours = sessions.yieldTo(remote);
      if (ours !== undefined) unannounced.add(ours);
    }
    announceUnannounced();
  }

  /** As many as can be sent now; those that cannot are tried again within a second. */
  function announceUnannounced(): void {
    while (unannounced.size > 0) {
      const some = [...take(unannounced, SESSIONS_AT_ONCE)];
      const told = some.map(({ request: { shopId, sid }, subject, id, order }) => ({
        shopId,
        sid,
        ...(subject === undefined ? {} : { subject }),
        id,
        order,
      }));
      if (!options.broadcast(encodeAnnouncement({ sessions: told }))) return;
      for (const session of some) unannounced.delete(session);
    }
  }

  function refuseTaken(request: JoinRequest, subject: string | undefined): Refused | undefined {
    const holder = sessions.holder(request);
    return holder === undefined || holder.subject === subject ? undefined : SID_TAKEN;
  }

  function hear(announcement: Announcement): void {
    if ('sessions' in announcement) hearSessions(announcement.sessions);
    else if ('receipts' in announcement) {
      const { shopId, epoch, receipts } = announcement.receipts;
      feeds.find(shopId)?.offerReceipts(epoch, receipts);
    } else fanOut(announcement.logged);
  }

  /** To the sockets here, in this turn. */
  function fanOut(batches: readonly LoggedBatch[]): void {
    const startedAt = performance.now();
    let listening = false;
    for (const { shopId, epoch, notifications } of batches) {
      const feed = feeds.find(shopId);
      feed?.offer(epoch, notifications);
      listening ||= feed !== undefined;
    }
    if (listening) observe.fannedOut((performance.now() - startedAt) / 1000);
  }

  app.ws<SocketData>('/ws/:sid', {
    compression: uWS.DISABLED,
    maxPayloadLength: MAX_TRANSPORT_FRAME_BYTES,
    maxBackpressure: settings.maxBackpressureBytes,
    closeOnBackpressureLimit: 1,
    idleTimeout: settings.idleTimeoutSeconds,
    sendPingsAutomatically: true,
    async upgrade(res, req, context) {
      // `req` is gone after the first await: everything is copied before.
      const headers = headerValues(req, UPGRADE_HEADERS);
      const { authorization, 'sec-websocket-protocol': protocols } = headers;
      const knock = { sid: req.getParameter(0), query: req.getQuery(), authorization, protocols };
      const address = options.clients.of(peerOf(res), req);
      const fault = options.check(req, 'upgrade');
      let aborted = false;
      res.onAborted(() => {
        aborted = true;
      });
      const refuse = (refused: Refused) => {
        if (!aborted) options.refuse(res, refused);
      };
      const tooFast = await entrance.pace(address);
      if (fault?.endsConnection) {
        await nextTurn();
        return refuse({ ...(tooFast ?? { admitted: false, ...fault }), endsConnection: true });
      }
      if (tooFast !== undefined) return refuse(tooFast);
      if (fault !== undefined) return refuse({ admitted: false, ...fault });
      const known = await admit(knock, entryRules);
      if ('refused' in known) return refuse(known.refused);
      const { request, grant } = known;
      const tooOften = await entrance.paceToken(grant);
      if (tooOften !== undefined) return refuse(tooOften);
      const subject = grant === ANYBODY ? undefined : grant.subject;
      const taken = refuseTaken(request, subject);
      if (taken !== undefined) return refuse(taken);
      const replaces = sessions.holder(request)?.releaseSlot;
      const entry = await entrance.admit(address, request, { subject, replaces });
      if (!entry.admitted) return refuse(entry);
      const { feed, releaseSlot } = entry;
      if (aborted || refusing) {
        releaseSlot();
        return refuse(STOPPING);
      }
      const takenSince = refuseTaken(request, subject);
      if (takenSince !== undefined) {
        releaseSlot();
        return refuse(takenSince);
      }
      const session = new Session(request, feed, randomUUID(), order.next(), observe, {
        subject,
        releaseSlot,
      });
      const { 'sec-websocket-key': key, 'sec-websocket-extensions': extensions } = headers;
      completeUpgrade(res, sessions.any(), () => {
        res.upgrade({ session }, key, pickSubprotocol(protocols), extensions, context);
      });
      begin(session, grant);
    },
    open(socket) {
      const { session } = socket.getUserData();
      session.opened(socket, () => startReplay(session, ANEW));
    },
    message: (socket, message, isBinary) => hearClient(socket.getUserData().session, message, isBinary),
    dropped(socket) {
      cuts.add(socket.getUserData().session);
      observe.dropped();
    },
    ping: (socket) => void isWithinPace(socket.getUserData().session),
    pong: (socket) => void isWithinPace(socket.getUserData().session),
    drain: (socket) => socket.getUserData().session.drained(),
    close(socket, code) {
      const { session } = socket.getUserData();
      session.closed();
      sessions.remove(session);
      expiries.remove(session);
      unannounced.delete(session);
      session.releaseSlot();
      options.onSocketClosed();
      const { shopId, sid, protocol } = session.request;
      const reason = session.closeReason(code);
      observe.closed(protocol, reason);
      logger.debug({ shopId, sid, code, reason }, 'a session was closed');
    },
  });

  const repeated: Repetition[] = [
    startInterval('heartbeat', settings.heartbeatSeconds * 1000, () => feeds.heartbeat(), logger),
    startInterval('expiry', 1000, () => expiries.sweep(), logger),
    startInterval('stalls', 1000, () => stalls.sweep(), logger),
    startInterval('compare', settings.compareSeconds * 1000, () => feeds.compare(), logger),
    startInterval('session order', SYNCHRONISE_MS, () => order.synchronise(), logger),
    startInterval('announce sessions', 1000, announceUnannounced, logger),
  ];

  return {
    offer(batches) {
      fanOut(batches);
    },
    receiveAnnouncement(body) {
      const announcement = decodeAnnouncement(body);
      if (announcement === undefined) logger.warn('an announcement was not understood');
      else hear(announcement);
    },
    ready: () => order.synchronise(),
    announceSessions() {
      order
        .synchronise()
        .catch((error) => logger.warn({ error: messageOf(error) }, 'the clock was not read'));
      for (const session of sessions.all()) unannounced.add(session);
      announceUnannounced();
    },
    shops: () => feeds.size,
    compareSoon() {
      feeds
        .compare()
        .catch((error) => logger.warn({ error: messageOf(error) }, 'the feeds were not compared'));
    },
    refuseSockets() {
      refusing = true;
    },
    async endSockets(overSeconds) {
      refusing = true;
      const open = sessions.all();
      const stepMs = 50;
      const perStep = Math.ceil(open.length / Math.max(1, (overSeconds * 1000) / stepMs));
      while (open.length > 0) {
        for (const session of open.splice(0, perStep)) session.end(CLOSE.restarting, 'the service restarts');
        if (open.length > 0) await pause(stepMs);
      }
    },
    async stop() {
      closing.abort();
      await Promise.all(repeated.map((repetition) => repetition.stop()));
      feeds.close();
    },
  };
}

/** How many sessions one announcement tells of. */
const SESSIONS_AT_ONCE = 250;

const SYNCHRONISE_MS = 5_000;

function* take<T>(items: Iterable<T>, most: number): Generator<T> {
  let count = 0;
  for (const item of items) {
    if (count++ === most) return;
    yield item;
  }
}

const SID_TAKEN: Refused = {
  admitted: false,
  reason: 'sid-taken',
  message: 'a session of another subject has this sid',
};

const STOPPING: Refused = {
  admitted: false,
  reason: 'unavailable',
  message: 'the service is stopping',
  retryAfterSeconds: 2,
};

/** From no place in any log: the answer is `gone`, and all that is kept. */
const ANEW: Cursor = { seq: 0, epoch: '', receipts: undefined };

/** Where a v1 client wants to start: from `since`, or else at the present. */
function startOf({ request, feed }: Session): Cursor {
  const fresh = request.since === undefined;
  return {
    seq: request.since ?? feed.at.head,
    epoch: fresh ? undefined : request.epoch,
    receipts: request.receiptsSince,
  };
}
