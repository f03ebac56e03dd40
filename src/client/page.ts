/**
 * What the link needs to know of the page and the network. Guarantees that it works where there is no page: in Node and
 * in workers fewer events come, or none.
 */

export interface PageSignals {
  /** The browser says that there is no network. */
  isOffline(): boolean;
  /** Returns what ends it. */
  watch(listener: PageSignalListener): () => void;
}

export interface PageSignalListener {
  /** Now is a good moment to look after the link: the network is back, or the page is visible again. */
  wake(): void;
  offline(): void;
  /** The page may never run again. */
  hide(): void;
}

interface Target {
  addEventListener?(name: string, listener: () => void): void;
  removeEventListener?(name: string, listener: () => void): void;
}

/** The part of a browser's global object that is used. */
export interface BrowserScope extends Target {
  readonly document?: Target & { readonly visibilityState: string };
  readonly navigator?: { readonly onLine?: boolean };
}

export function pageOf(scope: BrowserScope = globalThis): PageSignals {
  return {
    isOffline: () => scope.navigator?.onLine === false,
    watch({ wake, offline, hide }) {
      const { document } = scope;
      const seen = () => (document?.visibilityState === 'visible' ? wake() : hide());
      const watched: [Target | undefined, string, () => void][] = [
        [scope, 'online', wake],
        [scope, 'offline', offline],
        // Out of the back/forward cache: the socket may be long gone.
        [scope, 'pageshow', wake],
        [scope, 'pagehide', hide],
        // On a phone it is often the last event that a page gets.
        [document, 'visibilitychange', seen],
        [document, 'freeze', hide],
        [document, 'resume', wake],
      ];
      for (const [target, name, listener] of watched) target?.addEventListener?.(name, listener);
      return () => {
        for (const [target, name, listener] of watched) target?.removeEventListener?.(name, listener);
      };
    },
  };
}
