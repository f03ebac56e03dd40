/** A browser with tabs: each has the sound of a shop on a page of its own. What is faked is the browser alone. */

import type { Alert } from '../../../src/client/types.ts';
import type { SoundPageListener, SoundParts } from '../../../src/console/sound/parts.ts';
import { defaultSettings } from '../../../src/console/sound/settings.ts';
import { startSound } from '../../../src/console/sound/sound.ts';
import type { Sound, SoundSettings, SoundState } from '../../../src/console/sound/types.ts';
import { createFakeAudio, type FakeAudio } from './fake-audio.ts';
import { createFakeClock, type FakeClock } from './fake-clock.ts';
import { createFakeLocks, refusedLocks } from './fake-locks.ts';
import { createFakeStorage, forbiddenStorage } from './fake-storage.ts';
import { createFakeSynthesis, type FakeSynthesis } from './fake-synthesis.ts';

export interface TabOptions {
  readonly settings?: Partial<SoundSettings>;
  readonly shop?: string;
  /** Somebody has clicked already. */
  readonly clicked?: boolean;
  /** There are Web Locks, but not for this page. */
  readonly refusesLocks?: boolean;
  readonly without?: readonly ('synthesis' | 'audio' | 'locks' | 'storage')[];
}

export interface FakeTab {
  readonly name: string;
  readonly sound: Sound;
  readonly synthesis: FakeSynthesis;
  readonly audio: FakeAudio;
  readonly states: SoundState[];
  click(): void;
  hide(): void;
  show(): void;
  freeze(): void;
  thaw(): void;
  /** It runs no more for a while, and nothing was told: the machine sleeps, or the browser saves power. */
  sleep(): void;
  wake(): void;
  /** The browser tells the page, and then it is no more. */
  close(): void;
  /** It is no more, and nothing was told. */
  crash(): void;
}

export interface FakeBrowser {
  readonly clock: FakeClock;
  readonly storage: ReturnType<typeof createFakeStorage>;
  open(options?: TabOptions): FakeTab;
}

export function createFakeBrowser(): FakeBrowser {
  const clock = createFakeClock();
  const storage = createFakeStorage(clock);
  const locks = createFakeLocks();
  let opened = 0;

  return {
    clock,
    storage,
    open({ settings = {}, shop = 'default', clicked = true, refusesLocks = false, without = [] } = {}) {
      const name = `tab ${++opened}`;
      const lacks = new Set(without);
      let isGone = false;
      let isAsleep = false;
      /** What it hears of when it wakes: of its own timers before anything else. */
      let late: { readonly timers: (() => void)[]; readonly events: (() => void)[] } = {
        timers: [],
        events: [],
      };
      const runIn = (kind: 'timers' | 'events') => (call: () => void) => {
        if (isGone) return;
        if (isAsleep) late[kind].push(call);
        else call();
      };
      const tabClock = {
        ...clock,
        after(ms: number, call: () => void) {
          let isTakenBack = false;
          const cancel = clock.after(ms, () => runIn('timers')(() => (isTakenBack ? undefined : call())));
          return () => {
            isTakenBack = true;
            cancel();
          };
        },
      };
      const synthesis = createFakeSynthesis(tabClock);
      const audio = createFakeAudio(tabClock, clicked);
      audio.mayRun = clicked;
      const listeners = new Set<SoundPageListener>();
      const page = {
        isVisible: true,
        hasBeenActive: clicked,
        watch(listener: SoundPageListener) {
          listeners.add(listener);
          return () => listeners.delete(listener);
        },
      };
      const emit = (what: keyof SoundPageListener) => {
        for (const listener of [...listeners]) listener[what]();
      };
      const shared = storage.of(name, runIn('events'));
      const parts: SoundParts = {
        clock: tabClock,
        random: () => (opened * 0.37) % 1,
        page,
        synthesis: lacks.has('synthesis') ? undefined : synthesis,
        audio: lacks.has('audio') ? undefined : audio,
        locks: lacks.has('locks') ? undefined : refusesLocks ? refusedLocks : locks.of(name),
        storage: lacks.has('storage') ? forbiddenStorage : shared.storage,
        onStorage: shared.onStorage,
      };
      const states: SoundState[] = [];
      const sound = startSound({
        shop,
        settings: { ...defaultSettings('zh'), chime: false, ...settings },
        onState: (state) => states.push(state),
        parts,
      });
      states.unshift(sound.state);
      const crash = () => {
        isGone = true;
        storage.drop(name);
        locks.drop(name);
      };
      return {
        name,
        sound,
        synthesis,
        audio,
        states,
        click() {
          page.hasBeenActive = true;
          audio.mayRun = true;
          sound.unlock();
        },
        hide() {
          page.isVisible = false;
          emit('visibility');
        },
        show() {
          page.isVisible = true;
          emit('visibility');
        },
        freeze: () => emit('away'),
        thaw: () => emit('back'),
        sleep() {
          isAsleep = true;
        },
        wake() {
          isAsleep = false;
          const missed = [...late.timers, ...late.events];
          late = { timers: [], events: [] };
          for (const call of missed) call();
        },
        close() {
          emit('away');
          crash();
        },
        crash,
      };
    },
  };
}

export function paid(seq: number): Alert {
  const number = `2025030617143500${String(seq).padStart(3, '0')}`;
  return alert(seq, 1, `订单号： ${number}`);
}

export function reminded(seq: number): Alert {
  return alert(seq, 2, `订单号: ${1000 + seq}`);
}

function alert(seq: number, type: Alert['type'], content: string): Alert {
  return {
    seq,
    eventId: `event-${seq}`,
    type,
    orderId: 1000 + seq,
    content,
    occurredAt: '2025-03-06T09:00:00.000Z',
  };
}
