/** Who watches the shops: tills that stay, of both kinds, and guests that come and go while everything else happens. */

import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from '../support/random.ts';
import type { ClientHistory, PlainHistory } from './history.ts';
import { type PlainWatcher, startPlainWatcher } from './plain-watcher.ts';
import { SHOPS } from './settings.ts';
import { startWatcher, type Watcher, type Watching } from './watcher.ts';

const SILENCE_MS = 8_000;

export interface Crowd {
  /** In a shop of its own, to see how long it takes until an event comes through. */
  probe: Watcher;
  /** Those who are there now. */
  present(): readonly Watching[];
  /** Lets guests come and go until `end`. */
  churn(): Promise<void>;
  /** No more guests. */
  closeDoors(): void;
  clients(): ClientHistory[];
  plainClients(): PlainHistory[];
  end(): void;
}

export function createCrowd(gateway: () => string | undefined, random: Random): Crowd {
  const watchers: Watcher[] = [];
  const plainWatchers: PlainWatcher[] = [];
  const left = new Set<Watching>();
  let open = true;

  const enter = (shopId: string, name: string) => {
    const watcher = startWatcher({ name, shopId, gateway, silenceMs: SILENCE_MS });
    watchers.push(watcher);
    return watcher;
  };
  const enterPlain = (shopId: string, name: string) => {
    const watcher = startPlainWatcher({ name, shopId, gateway });
    plainWatchers.push(watcher);
    return watcher;
  };
  for (const shop of SHOPS) {
    for (const till of ['a', 'b', 'c']) enter(shop, `${shop}-${till}`);
    for (const till of ['p', 'q']) enterPlain(shop, `${shop}-${till}`);
  }
  const probe = enter('probe', 'probe');

  const present = () => [...watchers, ...plainWatchers].filter((watcher) => !left.has(watcher));
  return {
    probe,
    present,
    async churn() {
      for (let count = 0; open; count++) {
        await pause(random.between(500, 3_000));
        const come = random.chance(0.3) ? enterPlain : enter;
        const guest = come(random.pick(SHOPS), `guest-${count}`);
        await pause(random.between(500, 5_000));
        if (!random.chance(0.7)) continue;
        guest.disconnect();
        left.add(guest);
      }
    },
    closeDoors() {
      open = false;
    },
    clients: () => watchers.map(({ history }) => history),
    plainClients: () => plainWatchers.map(({ history }) => history),
    end() {
      open = false;
      for (const watcher of present()) watcher.end();
    },
  };
}
