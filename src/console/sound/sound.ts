/**
 * The console's voice. Guarantees that an open alert rings, and goes on ringing, in one tab of the shop as long
 * as one can sound; and that nothing rings twice because there are several, or because one took over.
 *
 * Each change, of the open alerts, the settings, the link, the page, the lead, ends in `look`: it decides anew, from
 * what is so now, whether something is to sound. So nothing waits in a queue that may be out of date.
 */

import type { Alert } from '../../client/types.ts';
import { type EventType, fillTemplate, kindOfType } from '../../domain/event-kinds.ts';
import { kindOf } from '../model/alert-kinds.ts';
import { createBell, type Ending } from './bell.ts';
import { browserParts } from './browser-parts.ts';
import { createChime } from './chime.ts';
import { createLead } from './choose-lead.ts';
import { createGate } from './gate.ts';
import type { Rank } from './lead.ts';
import type { SoundParts } from './parts.ts';
import { DEFAULT_TEXTS, phraseOf } from './phrases.ts';
import { LINK_KEY, nextRing, type Ring } from './ringing.ts';
import { createRungLog, rungLogKey, soundedLogKey } from './rung-log.ts';
import { withinBounds } from './settings.ts';
import { createSpeech } from './speech.ts';
import type { LossReason, Sound, SoundSettings, SoundState } from './types.ts';
import { createVoiceList } from './voice-list.ts';
import { byPreference } from './voices.ts';

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
  /** Else this browser's. */
  readonly parts?: SoundParts;
}

/** What sounds now for the sake of alerts or the link. */
interface Sounding {
  readonly keys: readonly string[];
  /** Ends it as if it had not begun. */
  cut(): void;
}

/** No timer is set for longer: browsers take very long ones for none. */
const LOOK_AGAIN_MS = 3_600_000;

function hasSounded(ending: Ending): ending is 'spoken' | 'chimed' {
  return ending === 'spoken' || ending === 'chimed';
}

/** An alert of the kind, to test the sound with. */
function sampleOf(type: EventType): Pick<Alert, 'orderId' | 'content'> {
  const template = kindOfType(type)?.template ?? '';
  return { orderId: 1024, content: fillTemplate(template, 1024, '2025030617143500001') };
}

/** Never throws, whatever the browser lacks. */
export function startSound({ shop, parts = browserParts(), ...options }: SoundOptions): Sound {
  const { clock, page, synthesis, audio } = parts;
  let settings = withinBounds(options.settings);
  let open = new Map<string, { readonly alert: Alert; readonly cameAt: number }>();
  let linkLostAt: number | undefined;
  let lossReason: LossReason = 'lost';
  let isAway = false;
  let isStopped = false;
  let hasFailed = false;
  let sounding: Sounding | undefined;
  let cancelLook = () => {};
  let reportedState: SoundState | undefined;
  const tests = new Map<EventType, Promise<'spoken' | 'chimed' | 'failed'>>();
  const stopping = new AbortController();

  const rungLog = createRungLog(shop, parts);
  const soundedLog = createRungLog(shop, parts, soundedLogKey);
  const voiceList = createVoiceList(synthesis, clock, () => {
    bell.refresh();
    options.onVoices?.();
  });
  const speech = createSpeech(synthesis, clock);
  const chime = createChime(audio, clock);
  const bell = createBell({ speech, chime, clock, voices: () => voiceList.untilSome() });
  const gate = createGate({ page, audio, onChange: look });
  const tab = parts.random().toString(36).slice(2);
  const lead = createLead({ shop, tab, parts, onChange: look });

  function state(): SoundState {
    if (synthesis === undefined && audio === undefined) return 'unavailable';
    if (settings.muted) return 'muted';
    if (!gate.isOpen) return 'locked';
    return lead.isHeld ? 'speaking-tab' : 'follower';
  }

  /** How good this tab is as the one that speaks: undefined if it cannot sound. */
  function rank(): Rank | undefined {
    const isHeard = !settings.muted && gate.isOpen && state() !== 'unavailable';
    if (isStopped || isAway || !isHeard) return undefined;
    if (linkLostAt !== undefined) return 0;
    return page.isVisible ? 2 : 1;
  }

  function look(): void {
    if (isStopped) return;
    lead.want(rank());
    reportState();
    cancelLook();
    if (!lead.isHeld || !bell.isFree) return;
    const next = nextRing({
      steadyNow: clock.steadyNow(),
      wallNow: clock.wallNow(),
      open: [...open.values()],
      rungAt: rungLog.read(),
      linkLostAt,
      repeatSeconds: settings.repeatSeconds,
    });
    if ('ring' in next) {
      if (lead.confirm()) void sound(next.ring);
    } else if (next.inMs !== undefined) {
      cancelLook = clock.after(Math.min(next.inMs, LOOK_AGAIN_MS), look);
    }
  }

  function reportState(): void {
    if (reportedState === undefined || reportedState === state()) return;
    reportedState = state();
    options.onState?.(reportedState);
  }

  /** Marked before it sounds, so that no other tab begins too, and again when it has ended: the pause counts from there. */
  async function sound({ kind, alerts, keys }: Ring): Promise<void> {
    const abort = new AbortController();
    let takeBack = rungLog.mark(keys, clock.wallNow());
    sounding = {
      keys,
      cut() {
        takeBack();
        takeBack = () => {};
        abort.abort();
      },
    };
    const isAudible = settings.volume > 0;
    const isSignedOut = kind === 'linkLost' && lossReason === 'signed-out';
    const text = isSignedOut ? DEFAULT_TEXTS[settings.language].signedOut : phraseOf(kind, alerts, settings);
    const ending = await bell.strike({ kind, text, settings }, abort.signal);
    sounding = undefined;
    if (ending === 'refused') takeBack();
    else if (ending !== 'cancelled') rungLog.mark(keys, clock.wallNow());
    if (isAudible && hasSounded(ending)) soundedLog.mark(keys, clock.wallNow());
    heed(ending);
  }

  function heed(ending: Ending): void {
    if (ending === 'refused') gate.refuse();
    if (ending === 'failed' || hasSounded(ending)) hasFailed = ending === 'failed';
    options.onEnded?.();
    look();
  }

  async function soundTest(type: EventType): Promise<'spoken' | 'chimed' | 'failed'> {
    const kind = kindOf({ type });
    const text = phraseOf(kind, [sampleOf(type)], settings);
    const ending = await bell.strike({ kind, text, settings, insists: true }, stopping.signal);
    tests.delete(type);
    heed(ending);
    return hasSounded(ending) ? ending : 'failed';
  }

  function unlock(): void {
    gate.unlock();
    if (gate.isOpen) speech.prime();
  }

  /** Nothing sounds any longer for what has been acknowledged, unless something else is in the same phrase. */
  function cutWhatIsOver(): void {
    const isOpen = (key: string) => (key === LINK_KEY ? linkLostAt !== undefined : open.has(key));
    if (sounding !== undefined && !sounding.keys.some(isOpen)) sounding.cut();
  }

  const forgetPage = page.watch({
    away() {
      isAway = true;
      sounding?.cut();
      look();
    },
    back() {
      isAway = false;
      look();
    },
    visibility: look,
  });

  const forgetLog = parts.onStorage((key) => {
    if (key === rungLogKey(shop)) look();
  });

  look();
  reportedState = state();

  return {
    get state() {
      return state();
    },
    get hasFailed() {
      return hasFailed;
    },
    sounded: () => soundedLog.read(),
    unlock,
    configure(chosen) {
      settings = withinBounds(chosen);
      if (settings.muted) sounding?.cut();
      look();
    },
    ring(alerts) {
      const now = clock.steadyNow();
      open = new Map(
        alerts.map((alert) => [alert.eventId, { alert, cameAt: open.get(alert.eventId)?.cameAt ?? now }]),
      );
      rungLog.keep([LINK_KEY, ...open.keys()]);
      soundedLog.keep(open.keys());
      cutWhatIsOver();
      look();
    },
    linkLost(why) {
      lossReason = why ?? lossReason;
      linkLostAt = why === undefined ? undefined : (linkLostAt ?? clock.wallNow());
      cutWhatIsOver();
      look();
    },
    greet() {
      unlock();
      if (open.size > 0 || !gate.isOpen) return;
      const text = DEFAULT_TEXTS[settings.language].soundOn;
      void bell.strike({ kind: 'paid', text, settings, insists: true }, stopping.signal).then(heed);
    },
    test(type) {
      unlock();
      const running = tests.get(type) ?? soundTest(type);
      tests.set(type, running);
      return running;
    },
    voices() {
      return byPreference(voiceList.now(), settings.language).map(({ name, lang, localService }) => ({
        name,
        lang,
        local: localService,
      }));
    },
    stop() {
      isStopped = true;
      cancelLook();
      forgetPage();
      forgetLog();
      sounding?.cut();
      stopping.abort();
      lead.stop();
      gate.stop();
      voiceList.stop();
      audio?.close();
    },
  };
}
