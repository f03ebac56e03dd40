/** The browser's part of Web Push: its service worker, its push service, and leave to show notifications. */

import type { BrowserPush } from './web-push.ts';

/** Undefined where the browser has no Web Push, or keeps it from this address. */
export function browserPush(base: URL, worker: string, page: Window = window): BrowserPush | undefined {
  const { navigator } = page;
  if (!page.isSecureContext || !('serviceWorker' in navigator) || !('PushManager' in page)) return undefined;
  if (!('Notification' in page)) return undefined;
  const container = navigator.serviceWorker;

  async function registered(): Promise<ServiceWorkerRegistration> {
    await container.register(worker, { scope: base.pathname });
    return container.ready;
  }

  return {
    permission: () => Notification.permission,
    ask: () => Notification.requestPermission(),
    async subscribe(publicKey) {
      const { pushManager } = await registered();
      const before = await pushManager.getSubscription();
      if (before !== null && !isOfKey(before, publicKey)) await before.unsubscribe();
      const options = { userVisibleOnly: true, applicationServerKey: publicKey };
      return (await pushManager.subscribe(options)).toJSON();
    },
    async unsubscribe() {
      const { pushManager } = await registered();
      await (await pushManager.getSubscription())?.unsubscribe();
    },
  };
}

function isOfKey({ options }: PushSubscription, publicKey: string): boolean {
  const key = new Uint8Array(options.applicationServerKey ?? new ArrayBuffer(0));
  const text = btoa(String.fromCharCode(...key));
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '') === publicKey;
}
