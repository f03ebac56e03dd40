/** The browser's part of Web Push: its service worker, its push service, and leave to show notifications. */

import type { PageWorker } from '../shell/page-worker.ts';
import type { BrowserPush } from './web-push.ts';

/** Undefined where the browser has no Web Push, or keeps it from this address. */
export function browserPush(worker: PageWorker | undefined, page: Window = window): BrowserPush | undefined {
  if (worker === undefined || !('PushManager' in page) || !('Notification' in page)) return undefined;
  return {
    permission: () => Notification.permission,
    ask: () => Notification.requestPermission(),
    async subscribe(publicKey) {
      const { pushManager } = await worker.ready();
      const before = await pushManager.getSubscription();
      if (before !== null && !isOfKey(before, publicKey)) await before.unsubscribe();
      const options = { userVisibleOnly: true, applicationServerKey: publicKey };
      return (await pushManager.subscribe(options)).toJSON();
    },
    async unsubscribe() {
      const { pushManager } = await worker.ready();
      await (await pushManager.getSubscription())?.unsubscribe();
    },
  };
}

function isOfKey({ options }: PushSubscription, publicKey: string): boolean {
  const key = new Uint8Array(options.applicationServerKey ?? new ArrayBuffer(0));
  const text = btoa(String.fromCharCode(...key));
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '') === publicKey;
}
