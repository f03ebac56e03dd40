/** Shows on the page that the service has another build of it, and has the browser keep that one from then on. */

import type { ServiceAccess } from '../log/ask-service.ts';
import type { ConsoleState } from '../state.ts';
import type { Timers } from '../timers/timers.ts';
import type { PageWorker } from './page-worker.ts';
import { buildIn, type VersionWatch, watchVersion } from './version-watch.ts';

const TIMEOUT_MS = 15_000;

export interface FollowVersionsOptions {
  readonly service: Pick<ServiceAccess, 'base' | 'fetch'>;
  readonly worker: Pick<PageWorker, 'update'> | undefined;
  readonly state: Pick<ConsoleState, 'isOutdated'>;
  readonly after: Timers['after'];
  refresh(): void;
}

export function followVersions(options: FollowVersionsOptions): VersionWatch {
  const { service, worker, state, after, refresh } = options;
  return watchVersion({
    build: document.querySelector<HTMLMetaElement>('meta[name=build]')?.content,
    async read() {
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      const answer = await service.fetch(service.base, { cache: 'no-cache', signal });
      return answer.ok ? buildIn(await answer.text()) : undefined;
    },
    onNew() {
      state.isOutdated = true;
      void worker?.update();
      refresh();
    },
    after,
    random: Math.random,
  });
}
