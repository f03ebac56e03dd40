/**
 * Notices that the service has another build of the page than the one that runs. Guarantees no more than one question a
 * link, some time after it came about, and one an hour; and that a build is reported once. Nothing reloads by itself: the
 * page may be in the middle of an alert.
 */

import type { Timers } from '../timers/timers.ts';

export interface VersionWatch {
  /** The link is live, perhaps to another process than before. */
  linkIsLive(): void;
}

export interface VersionWatchOptions {
  /** Of the page that runs; undefined where it does not say. */
  readonly build: string | undefined;
  /** The build that the service has; undefined where it does not answer. */
  read(): Promise<string | undefined>;
  onNew(): void;
  readonly after: Timers['after'];
  /** In [0, 1). */
  random(): number;
}

const EVERY_MS = 3_600_000;
/** All tills of a service that was restarted come back at once: what they ask is spread. */
const SPREAD_MS = 15_000;

export function watchVersion({ build, read, onNew, after, random }: VersionWatchOptions): VersionWatch {
  let isNew = false;
  let cancel = () => {};

  async function look(): Promise<void> {
    lookIn(EVERY_MS);
    const served = await read().catch(() => undefined);
    if (isNew || served === undefined || served === build) return;
    isNew = true;
    cancel();
    onNew();
  }

  function lookIn(ms: number): void {
    cancel();
    cancel = after(ms, () => void look());
  }

  return {
    linkIsLive() {
      if (build !== undefined && !isNew) lookIn(SPREAD_MS * random());
    },
  };
}

/** The build that a page's text names. */
export function buildIn(html: string): string | undefined {
  return /<meta name="build" content="([^"]+)"/.exec(html)?.[1];
}
