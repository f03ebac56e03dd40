/** Registers the page's service worker, where the browser has them for this address: over HTTPS, and on this machine. */

export interface PageWorker {
  /** Resolves with it once it works. Rejects where it cannot be installed. */
  ready(): Promise<ServiceWorkerRegistration>;
  /** Has the browser look for another version of it. Never rejects. */
  update(): Promise<void>;
}

/** Undefined where there are none. `address` is that of its script. */
export function registerPageWorker(
  base: URL,
  address: string,
  page: Window = window,
): PageWorker | undefined {
  const { navigator } = page;
  if (!page.isSecureContext || !('serviceWorker' in navigator)) return undefined;
  const container = navigator.serviceWorker;
  const register = () => container.register(address, { scope: base.pathname });
  /** Without it the page has no shell, and is as it would be without a service worker. */
  const quietly = async (work: () => Promise<unknown>) => {
    await work().catch(() => {});
  };
  // What the page itself loads goes first.
  page.addEventListener('load', () => void quietly(register));
  return {
    async ready() {
      await register();
      return container.ready;
    },
    update: () => quietly(async () => (await container.getRegistration(base.href))?.update()),
  };
}
