/**
 * Rings for what there is to ring for. Each change, of the open alerts, the settings, the link, the page, the lead, ends in
 * `look`: it decides anew, from what is so now, whether something is to sound. So nothing waits in a queue that may be
 * out of date.
 */

import type { Ending } from './bell.ts';
import type { Matters } from './matters.ts';
import { type Outlet, rankOf } from './outlet.ts';
import type { SoundParts } from './parts.ts';
import { nextRing, type Ring, type Situation } from './ringing.ts';
import { hasSounded, type Striking } from './striking.ts';
import type { SoundSettings, SoundState } from './types.ts';

export interface Ringer {
  /** Neither voice nor chime came out when something was last to sound. */
  readonly hasFailed: boolean;
  look(): void;
  /** What sounded, rings or trials, ended so. */
  conclude(ending: Ending): void;
  /** The page may never run again, or runs on. */
  setAway(isAway: boolean): void;
  /** From the next change of the state on, that is reported. */
  report(): void;
  stop(): void;
}

export interface RingerOptions {
  readonly parts: Pick<SoundParts, 'clock' | 'page'>;
  readonly matters: Matters;
  readonly outlet: Outlet;
  readonly striking: Striking;
  settings(): SoundSettings;
  onState(state: SoundState): void;
  onEnded(): void;
}

/** No timer is set for longer: browsers take very long ones for none. */
const LOOK_AGAIN_MS = 3_600_000;

export function createRinger(options: RingerOptions): Ringer {
  const { matters, outlet, striking, settings } = options;
  const { clock, page } = options.parts;
  const { lead, bell } = outlet;
  let isAway = false;
  let isStopped = false;
  let hasFailed = false;
  let cancelLook = () => {};
  const state = () => outlet.stateOf(settings());
  const report = createStateReport(state, options.onState);

  function look(): void {
    if (isStopped) return;
    const isLinkLost = matters.linkLostAt !== undefined;
    lead.want(isAway ? undefined : rankOf(state(), isLinkLost, page.isVisible));
    report.look();
    cancelLook();
    if (!lead.isHeld || !bell.isFree) return;
    const next = nextRing(situationOf(options));
    if ('ring' in next) {
      if (lead.confirm()) void sound(next.ring);
    } else if (next.inMs !== undefined) {
      cancelLook = clock.after(Math.min(next.inMs, LOOK_AGAIN_MS), look);
    }
  }

  async function sound(ring: Ring): Promise<void> {
    conclude(await striking.begin(ring, settings(), matters.lossReason));
  }

  function conclude(ending: Ending): void {
    outlet.learn(ending);
    if (ending === 'failed' || hasSounded(ending)) hasFailed = ending === 'failed';
    options.onEnded();
    look();
  }

  return {
    get hasFailed() {
      return hasFailed;
    },
    ...{ look, conclude },
    setAway(away) {
      isAway = away;
      if (away) striking.cut();
      look();
    },
    report: report.begin,
    stop() {
      isStopped = true;
      cancelLook();
      striking.cut();
    },
  };
}

function situationOf({ parts: { clock }, matters, striking, settings }: RingerOptions): Situation {
  const { open, linkLostAt } = matters;
  return {
    ...{ open, linkLostAt },
    steadyNow: clock.steadyNow(),
    wallNow: clock.wallNow(),
    rungAt: striking.rung.read(),
    repeatSeconds: settings().repeatSeconds,
  };
}

/** Reports each change of the state once it has begun to. */
function createStateReport(state: () => SoundState, onState: (state: SoundState) => void) {
  let reported: SoundState | undefined;
  return {
    begin() {
      reported = state();
    },
    look() {
      if (reported === undefined || reported === state()) return;
      reported = state();
      onState(reported);
    },
  };
}
