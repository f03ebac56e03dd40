/**
 * The console's voice. Guarantees that an open alert rings, and goes on ringing, in one tab of the shop as long
 * as one can sound; and that nothing rings twice because there are several, or because one took over.
 */

import { createMatters } from './matters.ts';
import { createOutlet } from './outlet.ts';
import type { SoundParts } from './parts.ts';
import { createRinger, type Ringer } from './ringer.ts';
import { LINK_KEY } from './ringing.ts';
import { rungLogKey } from './rung-log.ts';
import { withinBounds } from './settings.ts';
import { createStriking } from './striking.ts';
import { createTrials } from './trials.ts';
import type { Sound, SoundSettings, SoundState } from './types.ts';

export interface SoundOptions {
  /** Of all tabs of a shop, one speaks. */
  readonly shop: string;
  readonly settings: SoundSettings;
  /** Called after each change once `startSound` has returned; until then `sound.state` holds it. */
  readonly onState?: (state: SoundState) => void;
  /** Something has ended that was to sound: there may be more in `sounded`, or another `hasFailed`. */
  readonly onEnded?: () => void;
  /** `sound.voices()` has other voices now. Browsers often have none at first. */
  readonly onVoices?: () => void;
  readonly parts: SoundParts;
}

/** Never throws, whatever the browser lacks. */
export function startSound(options: SoundOptions): Sound {
  const { shop, parts } = options;
  let settings = withinBounds(options.settings);
  const { matters, outlet, striking, ringer, trials } = createOrgans(options, () => settings);
  const { unlock } = outlet;
  const forgetBrowser = followTabs(shop, parts, ringer);
  ringer.look();
  ringer.report();

  function lookAnew(): void {
    striking.cutUnless(matters.isCurrent);
    ringer.look();
  }

  return {
    get state() {
      return outlet.stateOf(settings);
    },
    get hasFailed() {
      return ringer.hasFailed;
    },
    sounded: () => striking.sounded.read(),
    unlock,
    configure(chosen) {
      settings = withinBounds(chosen);
      if (settings.muted) striking.cut();
      ringer.look();
    },
    ring(alerts) {
      matters.setOpen(alerts);
      const ids = alerts.map(({ eventId }) => eventId);
      striking.rung.keep([LINK_KEY, ...ids]);
      striking.sounded.keep(ids);
      lookAnew();
    },
    linkLost(why) {
      matters.setLoss(why);
      lookAnew();
    },
    greet() {
      unlock();
      if (matters.open.length === 0 && outlet.isUnlocked) trials.greet();
    },
    test(type) {
      unlock();
      return trials.test(type);
    },
    testTone(tone) {
      unlock();
      return trials.testTone(tone);
    },
    voices: () => outlet.voices(settings.language),
    stop() {
      forgetBrowser();
      ringer.stop();
      trials.stop();
      outlet.stop();
    },
  };
}

/** What it rings for, with what, how one ring goes, when, and what a person asks to try. */
function createOrgans(
  { shop, parts, onState, onEnded, onVoices }: SoundOptions,
  settings: () => SoundSettings,
) {
  const matters = createMatters(parts.clock);
  const outlet = createOutlet({
    ...{ shop, parts },
    onChange: () => ringer.look(),
    onVoices: () => onVoices?.(),
  });
  const { bell } = outlet;
  const striking = createStriking({ shop, parts, bell });
  const ringer = createRinger({
    ...{ parts, matters, outlet, striking, settings },
    onState: (state) => onState?.(state),
    onEnded: () => onEnded?.(),
  });
  const trials = createTrials({ bell, settings, onEnded: ringer.conclude });
  return { matters, outlet, striking, ringer, trials };
}

/** Looks again whenever the page, or another tab, is no longer as it was. Returns what ends it. */
function followTabs(shop: string, parts: SoundParts, ringer: Ringer): () => void {
  const forgetPage = parts.page.watch({
    away: () => ringer.setAway(true),
    back: () => ringer.setAway(false),
    visibility: ringer.look,
  });
  const forgetLog = parts.onStorage((key) => {
    if (key === rungLogKey(shop)) ringer.look();
  });
  return () => {
    forgetPage();
    forgetLog();
  };
}
