/** Web Push, loaded when it is started. Until then, and where it cannot be loaded, it is unavailable: the settings do not show it. */

import type { BrowserWebPushOptions } from './browser-web-push.ts';
import type { WebPush } from './web-push.ts';

export function createLaterPush(options: BrowserWebPushOptions): WebPush {
  let push: WebPush | undefined;
  return {
    get state() {
      return push?.state ?? 'unavailable';
    },
    async start() {
      const part = await import('./browser-web-push.ts').catch(() => undefined);
      push ??= part?.createBrowserWebPush(options);
      await push?.start();
    },
    async turn() {
      await push?.turn();
    },
  };
}
