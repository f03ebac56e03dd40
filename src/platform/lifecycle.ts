/**
 * The undo list. Every part that was started pushes how it is stopped; stopping runs the list last-in first-out,
 * each step with a deadline, and a step that fails or hangs does not keep the later ones from running.
 */

import { withDeadline } from './deadline.ts';
import { messageOf } from './errors.ts';
import type { Logger } from './logger.ts';

export interface Lifecycle {
  /** Remembers how to undo what was just started. `name` is a verb phrase for the log; `deadlineMs` bounds it. */
  onStop(name: string, undo: () => void | Promise<void>, deadlineMs?: number): void;
  /** Runs the undo list once, in reverse; later calls wait for the same run. Resolves, never rejects. */
  stop(): Promise<void>;
}

const DEFAULT_DEADLINE_MS = 10_000;

export function createLifecycle(logger: Logger): Lifecycle {
  const steps: { name: string; undo: () => void | Promise<void>; deadlineMs: number }[] = [];
  let stopping: Promise<void> | undefined;

  async function run(): Promise<void> {
    for (let step = steps.pop(); step !== undefined; step = steps.pop()) {
      try {
        await withDeadline(Promise.resolve().then(step.undo), step.deadlineMs, step.name);
        logger.debug({ step: step.name }, 'stopped');
      } catch (error) {
        logger.error(
          { step: step.name, error: messageOf(error) },
          'a step of stopping failed, the next ones follow',
        );
      }
    }
  }

  return {
    onStop(name, undo, deadlineMs = DEFAULT_DEADLINE_MS) {
      steps.push({ name, undo, deadlineMs });
    },
    stop() {
      stopping ??= run();
      return stopping;
    },
  };
}
