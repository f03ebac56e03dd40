/**
 * The page as this build has it, kept in the browser, so that a reload without the service shows it. Guarantees that the
 * page goes before what is kept wherever the service answers in time; that what is kept is of one build; and that nothing
 * but the page and its files is kept or answered: no call of the service, and no token.
 */

export interface Shell {
  /** Rejects where not all of it can be had, or where the service has the page of another build by now. */
  install(): Promise<void>;
  /** What earlier builds kept. */
  removeOld(): Promise<void>;
  /** Undefined where the request is the browser's own affair. */
  answer(request: ShellRequest): Promise<Response> | undefined;
}

/** What of a request is used. */
export type ShellRequest = Pick<Request, 'method' | 'mode' | 'url'>;

export interface ShellOptions {
  /** Stands in the page. */
  readonly build: string;
  /** Relative to the page, each with a hash in its name. */
  readonly files: readonly string[];
  /** The page's address, without a query. */
  readonly page: URL;
  readonly caches: Pick<CacheStorage, 'open' | 'keys' | 'delete'>;
  fetch(request: ShellRequest | string, init?: RequestInit): Promise<Response>;
  /** Resolves after so many milliseconds. */
  pause(ms: number): Promise<void>;
}

/** So long the service may take to begin its answer. */
const PATIENCE_MS = 4_000;

export function createShell({ build, files, page, caches, fetch, pause }: ShellOptions): Shell {
  const ours = `orderbell-shell ${page.pathname} `;
  const name = ours + build;
  const addresses = files.map((file) => new URL(file, page).href);

  async function kept(address: string): Promise<Response | undefined> {
    return (await caches.open(name)).match(address);
  }

  async function pageOf(request: ShellRequest): Promise<Response> {
    const coming = fetch(request);
    const inTime = await Promise.race([coming.catch(() => undefined), pause(PATIENCE_MS)]);
    if (inTime !== undefined && inTime.status < 500) return inTime;
    return (await kept(page.href)) ?? coming;
  }

  return {
    async install() {
      const answer = await fetch(page.href, { cache: 'no-cache' });
      const isOurs = answer.ok && (await answer.clone().text()).includes(build);
      if (!isOurs) throw new Error('the service has the page of another build');
      const cache = await caches.open(name);
      await Promise.all([cache.put(page.href, answer), cache.addAll(addresses)]);
    },
    async removeOld() {
      const names = await caches.keys();
      const old = names.filter((other) => other.startsWith(ours) && other !== name);
      await Promise.all(old.map((other) => caches.delete(other)));
    },
    answer(request) {
      if (request.method !== 'GET') return undefined;
      const { origin, pathname, href } = new URL(request.url);
      if (request.mode === 'navigate') {
        return origin === page.origin && pathname === page.pathname ? pageOf(request) : undefined;
      }
      if (!addresses.includes(href)) return undefined;
      return kept(href).then((found) => found ?? fetch(request));
    },
  };
}
