/** One ring from its beginning to its end, and what all tabs of the shop get to know of it. */

import type { Ending, SoundBell } from './bell.ts';
import type { SoundParts } from './parts.ts';
import { DEFAULT_TEXTS, phraseOf } from './phrases.ts';
import type { Ring } from './ringing.ts';
import { createRungLog, type RungLog, soundedLogKey } from './rung-log.ts';
import type { LossReason, SoundSettings } from './types.ts';
import { createWordPace } from './word-pace.ts';

export interface Striking {
  /** When what last rang. */
  readonly rung: RungLog;
  /** What was said or chimed to its end. */
  readonly sounded: RungLog;
  /** Resolves when it has ended. */
  begin(ring: Ring, settings: SoundSettings, lossReason: LossReason): Promise<Ending>;
  /** Ends what rings as if it had not begun. */
  cut(): void;
  /** The same, unless some of it is still so. */
  cutUnless(isCurrent: (key: string) => boolean): void;
}

export interface StrikingOptions {
  readonly shop: string;
  readonly parts: Pick<SoundParts, 'clock' | 'storage'>;
  readonly bell: SoundBell;
}

export function hasSounded(ending: Ending): ending is 'spoken' | 'chimed' {
  return ending === 'spoken' || ending === 'chimed';
}

export function createStriking({ shop, parts, bell }: StrikingOptions): Striking {
  const { clock } = parts;
  const rung = createRungLog(shop, parts);
  const sounded = createRungLog(shop, parts, soundedLogKey);
  const words = createWordPace(clock);
  let now: { readonly keys: readonly string[]; cut(): void } | undefined;

  /** Marked before it sounds, so that no other tab begins too, and again when it has ended: the pause counts from there. */
  async function begin(ring: Ring, settings: SoundSettings, lossReason: LossReason): Promise<Ending> {
    const { kind, keys } = ring;
    const abort = new AbortController();
    const isWordless = !words.isDue(ring, settings, rung.read());
    let takeBack = rung.mark(keys, clock.wallNow());
    now = {
      keys,
      cut() {
        takeBack();
        takeBack = () => {};
        abort.abort();
      },
    };
    const isAudible = settings.volume > 0;
    const text = textOf(ring, settings, lossReason);
    const ending = await bell.strike({ kind, text, settings, isWordless }, abort.signal);
    now = undefined;
    if (ending === 'spoken') words.mark(kind);
    if (ending === 'refused') takeBack();
    else if (ending !== 'cancelled') rung.mark(keys, clock.wallNow());
    if (isAudible && hasSounded(ending)) sounded.mark(keys, clock.wallNow());
    return ending;
  }

  return {
    ...{ rung, sounded, begin },
    cut: () => now?.cut(),
    cutUnless(isCurrent) {
      if (now !== undefined && !now.keys.some(isCurrent)) now.cut();
    },
  };
}

function textOf({ kind, alerts }: Ring, settings: SoundSettings, lossReason: LossReason): string {
  const isSignedOut = kind === 'linkLost' && lossReason === 'signed-out';
  return isSignedOut ? DEFAULT_TEXTS[settings.language].signedOut : phraseOf(kind, alerts, settings);
}
