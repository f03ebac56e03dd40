/**
 * The place of a session: a slot within every limit, and a feed of its shop that is live. A refusal leaves no slot taken,
 * and makes no row.
 */

import { messageOf } from '../../platform/errors.ts';
import type { Logger } from '../../platform/logger.ts';
import { createThrottledLog, type ThrottledLog } from '../../platform/throttled-log.ts';
import type { RateLimit } from '../../server/rate-limit.ts';
import { type AccessRefusal, refuseAccess } from '../../server/refusal.ts';
import type { Feeds } from '../feed/feeds.ts';
import type { LogReader } from '../feed/log-reader.ts';
import type { ShopFeed } from '../feed/shop-feed.ts';
import type { JoinRequest } from '../session.ts';
import { createSlots, type Full, type Occupant, type ReleaseSlot, type SlotLimits } from './slots.ts';

export interface PlaceLimits extends SlotLimits {
  /** Shops without a log that one address may listen to: each makes a row. */
  newShops: RateLimit;
}

export interface PlacesOptions {
  limits: PlaceLimits;
  feeds: Feeds;
  log: Pick<LogReader, 'find'>;
  logger: Logger;
  /** Milliseconds of a monotonic clock. */
  now(): number;
}

export interface SessionPlace {
  ok: true;
  feed: ShopFeed;
  /** To be called when the socket has closed or there will be none. May be called twice. */
  releaseSlot: ReleaseSlot;
}

export interface Places {
  take(
    address: string,
    request: JoinRequest,
    who?: Pick<Occupant, 'subject' | 'replaces'>,
  ): Promise<SessionPlace | AccessRefusal>;
}

/** A slot may take a while to come back. */
const FULL_SECONDS = 10;
const AWAY_SECONDS = 2;

export function createPlaces(options: PlacesOptions): Places {
  const { limits, feeds, logger, now } = options;
  const slots = createSlots(limits);
  const warn = createThrottledLog(logger, now);
  const openFeed = createFeedOpener(options, warn);
  return {
    async take(address, request, who = {}) {
      const { shopId } = request;
      const releaseSlot = slots.take({ address, shopId, ...who });
      if (typeof releaseSlot === 'string') {
        const refused = refuseFull(releaseSlot);
        warn({ address, shopId }, `an upgrade was refused: ${refused.message}`);
        return refused;
      }
      const live = feeds.live(shopId);
      if (live !== undefined) return { ok: true, feed: live, releaseSlot };
      const opened = await openFeed(address, request);
      if (opened.ok) return { ok: true, feed: opened.feed, releaseSlot };
      releaseSlot();
      return opened;
    },
  };
}

const FULL: Record<Full, string> = {
  address: 'too many connections from one address',
  shop: 'too many connections of one shop',
  subject: 'too many connections of one subject',
  all: 'too many connections',
};

function refuseFull(full: Full): AccessRefusal {
  const reason = full === 'all' ? 'unavailable' : 'too-many-requests';
  return refuseAccess(reason, FULL[full], { retryAfterSeconds: FULL_SECONDS });
}

type OpenedFeed = { ok: true; feed: ShopFeed } | AccessRefusal;

/** A shop that many of one address join at once is one new shop. */
function createFeedOpener({ limits, feeds, log, logger }: PlacesOptions, warn: ThrottledLog) {
  const opening = new Map<string, Promise<OpenedFeed>>();

  /** Whether a session of this shop would make its log. */
  async function isNew(shopId: string): Promise<boolean> {
    return feeds.find(shopId) === undefined && (await log.find(shopId)) === undefined;
  }

  async function open(address: string, { shopId, sid }: JoinRequest): Promise<OpenedFeed> {
    try {
      const retryAfterSeconds = (await isNew(shopId)) ? await limits.newShops.take(address) : 0;
      if (retryAfterSeconds > 0) {
        const message = 'too many new shops from one address';
        warn({ address }, `an upgrade was refused: ${message}`);
        return refuseAccess('too-many-requests', message, { retryAfterSeconds });
      }
      return { ok: true, feed: await feeds.open(shopId) };
    } catch (error) {
      logger.warn({ shopId, sid, error: messageOf(error) }, 'a session was refused: the log is away');
      return refuseAccess('unavailable', 'the log is away', { retryAfterSeconds: AWAY_SECONDS });
    }
  }

  return (address: string, request: JoinRequest): Promise<OpenedFeed> => {
    const key = `${address} ${request.shopId}`;
    const pending = opening.get(key) ?? open(address, request).finally(() => opening.delete(key));
    opening.set(key, pending);
    return pending;
  };
}
