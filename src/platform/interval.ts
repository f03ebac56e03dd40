/**
 * Work that is repeated. Guarantees that two runs never overlap, that a failing run neither ends the repetition
 * nor the process, and that after `stop` has resolved nothing runs any more.
 */

import { delayOrAbort } from './backoff.ts';
import { messageOf } from './errors.ts';
import type { Logger } from './logger.ts';

export interface Repetition {
  /** Ends the repetition and waits for a run that is under way. */
  stop(): Promise<void>;
}

/** Runs `work`, waits `ms`, and so on; the first run comes after the first wait. */
export function startInterval(
  name: string,
  ms: number,
  work: () => void | Promise<void>,
  logger: Logger,
): Repetition {
  const stopping = new AbortController();
  const running = (async () => {
    while (await delayOrAbort(ms, stopping.signal)) {
      try {
        await work();
      } catch (error) {
        logger.warn({ task: name, error: messageOf(error) }, 'a repeated task failed');
      }
    }
  })();
  return {
    stop() {
      stopping.abort();
      return running;
    },
  };
}
