/** What the browser gives the page, before anything of the shop is known: its address, what is kept, the way to the service. */

import { type PageAccess, readAccess } from './browser/access.ts';
import { type OpenMarks, openMarks } from './browser/open-mark.ts';
import { createClaim, type SessionIdOptions } from './browser/session-id.ts';
import { openSettings, type SettingsStore } from './browser/settings.ts';
import { type SafeStorage, safeStorage } from './browser/storage.ts';
import { type WorkerAddresses, workerAddresses } from './browser/worker-address.ts';
import type { ServiceAccess } from './log/ask-service.ts';
import { type KeptTills, openKeptTills } from './pairing/kept-till.ts';
import { browserTimers } from './timers/browser-timers.ts';
import type { Timers } from './timers/timers.ts';

export interface Surroundings {
  readonly access: PageAccess;
  readonly tills: KeptTills;
  readonly service: ServiceAccess;
  readonly ofBrowser: SafeStorage;
  readonly ofTab: SafeStorage;
  readonly marks: OpenMarks;
  readonly settings: SettingsStore;
  readonly claim: SessionIdOptions['claim'];
  readonly workers: WorkerAddresses;
  readonly after: Timers['after'];
}

export function readSurroundings(): Surroundings {
  const ofBrowser = safeStorage(() => window.localStorage);
  const ofTab = safeStorage(() => window.sessionStorage);
  const replaceUrl = (url: URL) => history.replaceState(null, '', url);
  const tills = openKeptTills(ofBrowser);
  const access = readAccess({ url: new URL(location.href), storage: ofTab, tills, replaceUrl });
  const { shop, token } = access;
  const base = new URL('.', location.href);
  const workers = workerAddresses(base, window);
  return {
    ...{ access, tills, ofBrowser, ofTab, workers },
    ...browserTimers(workers.timers),
    service: { base, shop, token, fetch: (...args) => fetch(...args) },
    marks: openMarks(ofBrowser, shop),
    settings: openSettings(ofBrowser, (onChange) =>
      window.addEventListener('storage', ({ key }) => onChange(key)),
    ),
    claim: createClaim(navigator.locks as LockManager | undefined, (name) => new BroadcastChannel(name)),
  };
}
