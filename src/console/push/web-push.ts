/**
 * Web Push of this browser for one shop, as the person chose it in the settings. Guarantees that nothing is subscribed
 * without that choice, and that what is chosen is renewed whenever the page opens, also under another key of the service.
 */

import type { PushApi } from './push-api.ts';

export type PushState = 'unavailable' | 'off' | 'on' | 'denied' | 'busy' | 'failed';

export interface WebPushOptions {
  shop: string;
  /** Undefined where the browser has no Web Push, or keeps it from this address. */
  browser: BrowserPush | undefined;
  service: PushApi;
  storage: Pick<Storage, 'getItem' | 'setItem'>;
  language(): string;
  onChange(): void;
}

/** What of the browser is used. */
export interface BrowserPush {
  permission(): NotificationPermission;
  ask(): Promise<NotificationPermission>;
  /** Subscribed by this key: what there is, or anew. */
  subscribe(publicKey: string): Promise<PushSubscriptionJSON>;
  unsubscribe(): Promise<void>;
}

export interface WebPush {
  readonly state: PushState;
  /** Looks what the service offers, and renews what was chosen. Never rejects. */
  start(): Promise<void>;
  /** From within a press: asks the browser and subscribes, or ends it. Never rejects. */
  turn(): Promise<void>;
}

const KEY = 'orderbell.push';

export function createWebPush(options: WebPushOptions): WebPush {
  const { shop, browser, service, storage, onChange } = options;
  let publicKey: string | undefined;
  let state: PushState = 'unavailable';

  function become(next: PushState): void {
    state = next;
    onChange();
  }

  /** The ids of subscriptions by shop: one browser may stand in for several. */
  function chosen(): Record<string, string> {
    try {
      const kept: unknown = JSON.parse(storage.getItem(KEY) ?? '{}');
      return typeof kept === 'object' && kept !== null ? { ...kept } : {};
    } catch {
      return {};
    }
  }

  async function subscribe(api: BrowserPush, key: string): Promise<void> {
    const subscription = await api.subscribe(key);
    const id = await service.save(subscription, options.language());
    storage.setItem(KEY, JSON.stringify({ ...chosen(), [shop]: id }));
    become('on');
  }

  async function end(api: BrowserPush): Promise<void> {
    const { [shop]: id, ...others } = chosen();
    storage.setItem(KEY, JSON.stringify(others));
    if (id !== undefined) await service.remove(id);
    if (Object.keys(others).length === 0) await api.unsubscribe();
    become('off');
  }

  async function attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch {
      become('failed');
    }
  }

  return {
    get state() {
      return state;
    },
    async start() {
      publicKey = browser === undefined ? undefined : await service.publicKey().catch(() => undefined);
      const key = publicKey;
      if (browser === undefined || key === undefined) return;
      if (browser.permission() === 'denied') return become('denied');
      if (chosen()[shop] === undefined || browser.permission() !== 'granted') return become('off');
      await attempt(() => subscribe(browser, key));
    },
    async turn() {
      const key = publicKey;
      if (browser === undefined || key === undefined || state === 'busy') return;
      const isOn = state === 'on';
      become('busy');
      await attempt(async () => {
        if (isOn) return end(browser);
        const permission = await browser.ask();
        if (permission === 'granted') return subscribe(browser, key);
        return become(permission === 'denied' ? 'denied' : 'off');
      });
    },
  };
}
