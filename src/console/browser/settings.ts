/**
 * What the merchant chose, kept by the browser for all of its tabs. Guarantees complete and sensible settings, whatever
 * an earlier version or a curious hand left in the storage.
 */

import { fittingName } from '../model/till-name.ts';
import { defaultSettings, textsOf } from '../sound/settings.ts';
import { TONE_NAMES } from '../sound/tones.ts';
import type { SoundSettings } from '../sound/types.ts';

export interface Settings extends Omit<SoundSettings, 'language' | 'muted'> {
  /** Silent until then, in milliseconds since 1970; 0 is not. */
  readonly mutedUntil: number;
  /** How other tills see this one; empty is none. */
  readonly tillName: string;
  /** So long an alert may be open before it turns amber, and red; and rings more often. */
  readonly lateMinutes: number;
  readonly overdueMinutes: number;
  /** So long an acknowledgement can be undone before it is sent. */
  readonly undoSeconds: number;
}

const { language: _, muted: __, ...DEFAULT_SOUND } = defaultSettings('en');

export const DEFAULTS: Settings = {
  tillName: '',
  undoSeconds: 8,
  lateMinutes: 3,
  overdueMinutes: 6,
  mutedUntil: 0,
  ...DEFAULT_SOUND,
};

export const LIMITS = {
  rate: [0.5, 2],
  volume: [0, 1],
  repeatSeconds: [0, 600],
  undoSeconds: [0, 30],
  lateMinutes: [1, 120],
  overdueMinutes: [1, 120],
  text: 200,
} as const;

export interface SettingsStore {
  readonly settings: Settings;
  change(change: Partial<Settings>): void;
  /** Called after each change, here or in another tab. */
  subscribe(listener: (settings: Settings) => void): void;
}

const KEY = 'orderbell.settings';

/** `storage` may refuse: then they last as long as the page. `listen` calls back after a change in another tab. */
export function openSettings(
  storage: Pick<Storage, 'getItem' | 'setItem'>,
  listen: (onChange: (key: string | null) => void) => void,
): SettingsStore {
  const listeners: ((settings: Settings) => void)[] = [];
  let settings = readSettings(storage.getItem(KEY));

  function become(next: Settings): void {
    settings = next;
    for (const listener of listeners) listener(settings);
  }
  listen((key) => {
    if (key === KEY || key === null) become(readSettings(storage.getItem(KEY)));
  });
  return {
    get settings() {
      return settings;
    },
    change(change) {
      const next = checkSettings({ ...settings, ...change });
      storage.setItem(KEY, JSON.stringify(next));
      become(next);
    },
    subscribe(listener) {
      listeners.push(listener);
    },
  };
}

export function readSettings(stored: string | null): Settings {
  try {
    return checkSettings(JSON.parse(stored ?? '{}'));
  } catch {
    return DEFAULTS;
  }
}

/** Takes what is sound of each field, and its default else. */
function checkSettings(given: unknown): Settings {
  const from = isObject(given) ? given : {};
  const texts = isObject(from.texts) ? from.texts : {};
  const voice = text(from.voice, 200);
  return {
    tillName: fittingName(text(from.tillName, 64)),
    undoSeconds: within(from.undoSeconds, LIMITS.undoSeconds, DEFAULTS.undoSeconds),
    lateMinutes: within(from.lateMinutes, LIMITS.lateMinutes, DEFAULTS.lateMinutes),
    overdueMinutes: within(from.overdueMinutes, LIMITS.overdueMinutes, DEFAULTS.overdueMinutes),
    mutedUntil: within(from.mutedUntil, [0, Number.MAX_SAFE_INTEGER], DEFAULTS.mutedUntil),
    rate: within(from.rate, LIMITS.rate, DEFAULTS.rate),
    volume: within(from.volume, LIMITS.volume, DEFAULTS.volume),
    chime: flag(from.chime, DEFAULTS.chime),
    tone: TONE_NAMES.find((name) => name === from.tone) ?? DEFAULTS.tone,
    untilHandled: flag(from.untilHandled, DEFAULTS.untilHandled),
    repeatSeconds: within(from.repeatSeconds, LIMITS.repeatSeconds, DEFAULTS.repeatSeconds),
    ...(voice === '' ? {} : { voice }),
    texts: textsOf((key) => text(texts[key], LIMITS.text)),
  };
}

function flag(value: unknown, otherwise: boolean): boolean {
  return typeof value === 'boolean' ? value : otherwise;
}

function within(value: unknown, [low, high]: readonly [number, number], otherwise: number): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) return otherwise;
  return Math.min(high, Math.max(low, value));
}

function text(value: unknown, maxLength: number): string {
  return typeof value === 'string' ? value.slice(0, maxLength) : '';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
