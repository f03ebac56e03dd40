/**
 * Who may have a socket. Guarantees that an upgrade which is let in has a place within every limit and a feed that is
 * live, and that one which is not costs no row and no place.
 */

import type { Grant } from '../../domain/access.ts';
import { messageOf } from '../../platform/errors.ts';
import type { Logger } from '../../platform/logger.ts';
import { createThrottledLog } from '../../platform/throttled-log.ts';
import type { RateLimit } from '../../server/rate-limit.ts';
import type { Feeds } from '../feed/feeds.ts';
import type { LogReader, ShopFeed } from '../feed/shop-feed.ts';
import type { JoinRequest } from '../session.ts';
import { createOccupancy, type Full, type OccupancyLimits, type Occupant } from './occupancy.ts';

export interface EntranceLimits extends OccupancyLimits {
  /** Upgrades from one address, together with its other requests. */
  addressRequests: RateLimit;
  /** Upgrades with one token, together with its other requests. */
  tokenRequests: RateLimit;
  /** Shops without a log that one address may listen to: each makes a row. */
  newShops: RateLimit;
}

export interface EntranceOptions {
  limits: EntranceLimits;
  feeds: Feeds;
  log: Pick<LogReader, 'states'>;
  logger: Logger;
  /** Milliseconds of a monotonic clock. */
  now(): number;
}

/** Why an upgrade is refused: it is malformed, may not be, the client has enough, or the service cannot now. */
export interface Refused {
  admitted: false;
  reason:
    | 'invalid'
    | 'unauthenticated'
    | 'forbidden'
    | 'misdirected'
    | 'sid-taken'
    | 'too-many-requests'
    | 'unavailable';
  message: string;
  /** Of those that may be let in later. */
  retryAfterSeconds?: number;
  /** What follows on the connection may be part of the request. */
  endsConnection?: boolean;
}

export interface Admitted {
  admitted: true;
  feed: ShopFeed;
  /** Gives the place back, when the socket has closed or there will be none. May be called twice. */
  releaseSlot(): void;
}

export interface Entrance {
  /** Counts the request; undefined if it may go on. */
  pace(address: string): Promise<Refused | undefined>;
  /** Counts it once more for the token that it has, if it has one. */
  paceToken(grant: Grant): Promise<Refused | undefined>;
  admit(
    address: string,
    request: JoinRequest,
    who?: Pick<Occupant, 'subject' | 'replaces'>,
  ): Promise<Admitted | Refused>;
}

/** Places come back when somebody leaves, which may take a while. */
const FULL_SECONDS = 10;
const AWAY_SECONDS = 2;

export function createEntrance({ limits, feeds, log, logger, now }: EntranceOptions): Entrance {
  const occupancy = createOccupancy(limits);
  const opening = new Map<string, Promise<ShopFeed | Refused>>();
  const warn = createThrottledLog(logger, now);

  function refuseFull(full: Full, address: string, shopId: string): Refused {
    const message = {
      address: 'too many connections from one address',
      shop: 'too many connections of one shop',
      subject: 'too many connections of one subject',
      all: 'too many connections',
    }[full];
    warn({ address, shopId }, `an upgrade was refused: ${message}`);
    const reason = full === 'all' ? 'unavailable' : 'too-many-requests';
    return { admitted: false, reason, message, retryAfterSeconds: FULL_SECONDS };
  }

  function refusePace(retryAfterSeconds: number, caller: object, message: string): Refused {
    warn(caller, `an upgrade was refused: ${message}`);
    return { admitted: false, reason: 'too-many-requests', message, retryAfterSeconds };
  }

  /** Whether listening to this shop would make a log that nobody has asked for before. */
  async function isNew(shopId: string): Promise<boolean> {
    return feeds.find(shopId) === undefined && !(await log.states([shopId])).has(shopId);
  }

  async function openFeed(address: string, { shopId, sid }: JoinRequest): Promise<ShopFeed | Refused> {
    try {
      if (await isNew(shopId)) {
        const waitSeconds = await limits.newShops.take(address);
        if (waitSeconds > 0)
          return refusePace(waitSeconds, { address }, 'too many new shops from one address');
      }
      return await feeds.open(shopId);
    } catch (error) {
      logger.warn({ shopId, sid, error: messageOf(error) }, 'a session was refused: the log is away');
      const message = 'the log is away';
      return { admitted: false, reason: 'unavailable', message, retryAfterSeconds: AWAY_SECONDS };
    }
  }

  /** A shop that many of one address join at once is one new shop. */
  function openOnce(address: string, request: JoinRequest): Promise<ShopFeed | Refused> {
    const key = `${address} ${request.shopId}`;
    const pending = opening.get(key) ?? openFeed(address, request).finally(() => opening.delete(key));
    opening.set(key, pending);
    return pending;
  }

  return {
    async pace(address) {
      const waitSeconds = await limits.addressRequests.take(address);
      if (waitSeconds === 0) return undefined;
      return refusePace(waitSeconds, { address }, 'too many requests from one address');
    },
    async paceToken({ token, subject }) {
      const waitSeconds = token === undefined ? 0 : await limits.tokenRequests.take(token);
      if (waitSeconds === 0) return undefined;
      return refusePace(waitSeconds, { subject }, 'too many requests with one token');
    },
    async admit(address, request, who = {}) {
      const releaseSlot = occupancy.take({ address, shopId: request.shopId, ...who });
      if (typeof releaseSlot === 'string') return refuseFull(releaseSlot, address, request.shopId);
      const feed = feeds.live(request.shopId) ?? (await openOnce(address, request));
      if (!('admitted' in feed)) return { admitted: true, feed, releaseSlot };
      releaseSlot();
      return feed;
    },
  };
}
