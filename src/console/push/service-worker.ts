/**
 * The page's service worker: keeps the page for a reload without the service, shows what Web Push brings while no page is
 * open, and opens the page on a press. Guarantees a notification for every message: a browser ends a subscription whose
 * messages show none.
 */

import type { PushMessage } from '../../protocol/push-message.ts';
import { createShell } from '../shell/shell.ts';
import { noticeOf } from './notice.ts';

/** What of a service worker's world is used: the types of the page know none of it. */
interface WorkerWorld {
  registration: ServiceWorkerRegistration;
  clients: {
    matchAll(options: { type: 'window'; includeUncontrolled: true }): Promise<readonly WorkerWindow[]>;
    openWindow(url: string): Promise<unknown>;
    claim(): Promise<void>;
  };
  skipWaiting(): Promise<void>;
  addEventListener(type: 'install' | 'activate', handle: (event: Lasting) => void): void;
  addEventListener(type: 'fetch', handle: (event: PageRequest) => void): void;
  addEventListener(type: 'push', handle: (event: PushArrival) => void): void;
  addEventListener(type: 'notificationclick', handle: (event: NotificationPress) => void): void;
}

interface WorkerWindow {
  readonly url: string;
  focus(): Promise<unknown>;
}

interface Lasting {
  waitUntil(work: Promise<unknown>): void;
}

interface PageRequest extends Lasting {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}

interface PushArrival extends Lasting {
  readonly data: { text(): string } | null;
}

interface NotificationPress extends Lasting {
  readonly notification: Notification;
}

declare const self: WorkerWorld;

/** Put in by the build: which one it is, and the files of its page. */
declare const SHELL: { readonly build: string; readonly files: readonly string[] };

const shell = createShell({
  ...SHELL,
  page: new URL('./', self.registration.scope),
  caches,
  fetch: (request, init) => fetch(request as Request | string, init),
  pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
});

// A page of the build before has loaded all that it needs, so nothing waits for it to close.
self.addEventListener('install', (event) => {
  event.waitUntil(shell.install().then(() => self.skipWaiting()));
});

self.addEventListener('activate', (event) => {
  event.waitUntil(Promise.all([shell.removeOld(), self.clients.claim()]));
});

self.addEventListener('fetch', (event) => {
  const answer = shell.answer(event.request);
  if (answer !== undefined) event.respondWith(answer);
});

self.addEventListener('push', (event) => {
  const { title, ...options } = noticeOf(event.data?.text() ?? '');
  event.waitUntil(self.registration.showNotification(title, { ...options, requireInteraction: true }));
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(openPage(event.notification.data));
});

/** The page of that shop, else a new one. */
async function openPage(shop: unknown): Promise<void> {
  const wanted: PushMessage['shop'] = typeof shop === 'string' ? shop : '';
  const windows = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const shopIn = ({ url }: WorkerWindow) => new URL(url).searchParams.get('shop');
  // Without a shop in its address a page is of the default one, or of that which its token names.
  const own =
    windows.find((page) => shopIn(page) === wanted) ?? windows.find((page) => shopIn(page) === null);
  if (own !== undefined) await own.focus();
  else {
    const page = new URL('./', self.registration.scope);
    if (wanted !== '') page.searchParams.set('shop', wanted);
    await self.clients.openWindow(page.href);
  }
}
