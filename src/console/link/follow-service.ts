/**
 * Follows the shop's log at the service with what the browser has: puts the pages of the log, the client and the clock
 * together. Guarantees that a link which is away for longer than a short break is reported once, and once when it is back.
 */

import { connect } from '../../client/connect.ts';
import { untilWorthwhile } from '../browser/attention.ts';
import type { OpenMarks } from '../browser/open-mark.ts';
import type { TokenClaims } from '../browser/token-claims.ts';
import { midnight } from '../language/formats.ts';
import type { ServiceAccess } from '../log/ask-service.ts';
import { readDay } from '../log/read-day.ts';
import { createPageReader } from '../log/request-page.ts';
import { type Action, EVENING_MS } from '../model/alerts.ts';
import type { ServiceClock } from '../model/service-clock.ts';
import type { ConsoleState } from '../state.ts';
import type { Timers } from '../timers/timers.ts';
import { type Following, followShop } from './follow-shop.ts';
import type { HeldAcks } from './held-acks.ts';
import { type SignedOut, watchForLoss } from './link-state.ts';

/** The page shows a link that is away for longer. */
const LOST_AFTER_MS = 8_000;

export interface FollowServiceOptions {
  service: ServiceAccess;
  claims(): TokenClaims | undefined;
  clock: ServiceClock;
  marks: OpenMarks;
  /** Its `link` and `isLost` are kept up to date. */
  state: Pick<ConsoleState, 'sid' | 'named' | 'link' | 'isLost'>;
  acks: Pick<HeldAcks, 'due' | 'restore'>;
  after: Timers['after'];
  dispatch(action: Action): void;
  /** `link` or `isLost` is another now. */
  onLink(): void;
}

export function followService(options: FollowServiceOptions): Following {
  const { service, claims, clock, marks, state, acks, after, dispatch, onLink } = options;
  const { base, shop, token } = service;
  const readPage = createPageReader({ ...service, onTime: clock.set });
  const lossWatch = watchForLoss({
    afterMs: LOST_AFTER_MS,
    after,
    onChange(isLost) {
      state.isLost = isLost;
      onLink();
    },
  });
  return followShop({
    async readDay() {
      const notBefore = () => midnight(clock.now()) - EVENING_MS;
      const [log] = await Promise.all([readDay({ readPage, notBefore, mark: marks.load() }), state.named]);
      return log;
    },
    probe: () => readPage(0, 1),
    connect: (from) =>
      connect({ url: base, sid: state.sid, shop, token: () => token() ?? '', from, store: null, after }),
    tokenFault: () => tokenFault(claims(), clock),
    dispatch(action) {
      if (action.kind !== 'loaded') return dispatch(action);
      // The day may be another one than this till's clock had it.
      dispatch({ kind: 'midnight', dayStart: midnight(clock.now()) });
      dispatch({ ...action, acked: acks.restore(action.log.epoch) });
    },
    pending: acks.due,
    onLink(link) {
      state.link = link;
      lossWatch.update(link);
      onLink();
    },
    setTimer: (then, ms) => void after(ms, then),
    pause: (ms) => untilWorthwhile(ms, after),
    now: clock.now,
    random: Math.random,
  });
}

function tokenFault(claims: TokenClaims | undefined, clock: ServiceClock): SignedOut | undefined {
  if (claims === undefined) return undefined;
  if (!claims.listens) return 'cannot-listen';
  // By the till's own clock, which may be wrong, a good token might look like one that has ended.
  const { endsAt } = claims;
  return clock.isKnown && endsAt !== undefined && endsAt <= clock.now() ? 'expired' : undefined;
}
