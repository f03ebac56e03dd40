/** Web Push with this browser's means and the service's routes. Loaded on demand: a page needs it neither to be live nor to ring. */

import type { ServiceAccess } from '../log/ask-service.ts';
import type { PageWorker } from '../shell/page-worker.ts';
import type { ReadSettings } from '../shop/request-settings.ts';
import { browserPush } from './browser-push.ts';
import { createPushApi } from './push-api.ts';
import { createWebPush, type WebPush, type WebPushOptions } from './web-push.ts';

export interface BrowserWebPushOptions extends Omit<WebPushOptions, 'browser' | 'service' | 'shop'> {
  readonly worker: PageWorker | undefined;
  readonly service: ServiceAccess;
  readonly readSettings: ReadSettings;
}

export function createBrowserWebPush(options: BrowserWebPushOptions): WebPush {
  const { worker, service, readSettings } = options;
  return createWebPush({
    ...options,
    shop: service.shop,
    browser: browserPush(worker),
    service: createPushApi({ ...service, readSettings }),
  });
}
