/** The browser's part of Web Push: its service worker, its push service, and leave to show notifications. */

import type { BrowserPush } from './web-push.ts';

/** As it is used: where trusted types are asked for, the address of a worker is one. */
interface WorkerContainer {
  register(url: unknown, options: { scope: string }): Promise<ServiceWorkerRegistration>;
  readonly ready: Promise<ServiceWorkerRegistration>;
}

interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL(url: string): string },
  ): { createScriptURL(url: string): unknown };
}

/** The only policy that the page may make: `trusted-types` names it. */
const POLICY = 'orderbell-worker';

/** Undefined where the browser has no Web Push, or keeps it from this address. */
export function browserPush(base: URL, page: Window = window): BrowserPush | undefined {
  const { navigator } = page;
  if (!page.isSecureContext || !('serviceWorker' in navigator) || !('PushManager' in page)) return undefined;
  if (!('Notification' in page)) return undefined;
  const container: WorkerContainer = navigator.serviceWorker;
  const address = trustedAddress(page, new URL('service-worker.js', base).href);

  async function registered(): Promise<ServiceWorkerRegistration> {
    await container.register(address, { scope: base.pathname });
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

/** Whatever it is asked for, the policy gives the one address. */
function trustedAddress(page: Window, url: string): unknown {
  const types = 'trustedTypes' in page ? page.trustedTypes : undefined;
  if (!isTrustedTypes(types)) return url;
  return types.createPolicy(POLICY, { createScriptURL: () => url }).createScriptURL(url);
}

function isTrustedTypes(value: unknown): value is TrustedTypes {
  return typeof value === 'object' && value !== null && 'createPolicy' in value;
}
