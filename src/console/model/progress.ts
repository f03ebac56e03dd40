/**
 * How far the shop's alerts have come in front of people, as this page may report it. Pure. Guarantees that an open alert which
 * was not shown, or not said to its end, is never reported, and none after it. One that was acknowledged before
 * holds nothing back.
 */

import type { Hearing } from '../../client/types.ts';
import type { SoundSettings, SoundState } from '../sound/types.ts';
import { popUpsOf, SHOWN_IN_ONE } from './alert-list.ts';
import { type Alerts, openOf, statusOf } from './alerts.ts';

/** What is undefined cannot be reported yet. */
export interface PageProgress {
  readonly seen: number | undefined;
  readonly spoken: number | undefined;
  readonly hearing: Hearing;
}

export interface ProgressSituation {
  readonly alerts: Alerts;
  readonly isVisible: boolean;
  readonly sound: SoundState;
  readonly hasFailed: boolean;
  readonly settings: Pick<SoundSettings, 'muted' | 'volume'>;
  /** The ids of the events that were said or chimed to the end. */
  sounded(): { has(eventId: string): boolean };
}

export function progressOf(situation: ProgressSituation): PageProgress {
  const { alerts, isVisible, sound } = situation;
  return {
    seen: isVisible ? seenUpTo(alerts) : undefined,
    // The tab that speaks does so for all tabs of the shop.
    spoken: sound === 'speaking-tab' ? spokenUpTo(alerts, situation.sounded()) : undefined,
    hearing: { sound: soundOf(situation), visible: isVisible },
  };
}

function seenUpTo(alerts: Alerts): number | undefined {
  const shown = new Set(
    popUpsOf(openOf(alerts)).flatMap((popUp) =>
      popUp.kind === 'single' ? popUp.alert.seq : popUp.alerts.slice(0, SHOWN_IN_ONE).map(({ seq }) => seq),
    ),
  );
  return reachedBy(alerts, ({ seq }) => shown.has(seq));
}

function spokenUpTo(alerts: Alerts, sounded: { has(eventId: string): boolean }): number | undefined {
  return reachedBy(alerts, ({ eventId }) => sounded.has(eventId));
}

/** The last that has come so far, before the first open one that has not. */
function reachedBy(
  alerts: Alerts,
  hasCome: (alert: Alerts['entries'][number]) => boolean,
): number | undefined {
  let reached: number | undefined;
  for (const alert of alerts.entries) {
    if (hasCome(alert)) reached = alert.seq;
    else if (statusOf(alerts, alert) === 'open') break;
  }
  return reached;
}

/** A follower can sound as soon as the tab that speaks is gone. */
const SOUND_OF: Readonly<Record<SoundState, Hearing['sound']>> = {
  locked: 'locked',
  'speaking-tab': 'on',
  follower: 'on',
  muted: 'muted',
  unavailable: 'failed',
};

function soundOf({ sound, hasFailed, settings }: ProgressSituation): Hearing['sound'] {
  if (settings.muted || settings.volume <= 0) return 'muted';
  return sound === 'speaking-tab' && hasFailed ? 'failed' : SOUND_OF[sound];
}
