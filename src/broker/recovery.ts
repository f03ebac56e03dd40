/**
 * Keeping one connection to one of several brokers, tried in turn. Guarantees that after any loss the next is tried, and
 * so on for as long as it takes; that a round of all of them is not waited in, and that rounds are. What is opened, and
 * when it is lost, is the caller's; amqplib's own recovery knows a single address.
 */

import { backoffMs, delayOrAbort } from '../platform/backoff.ts';
import { retry } from '../platform/retry.ts';

/** What was opened; resolves with the reason once it is closed or lost. */
interface Opened {
  closed: Promise<string>;
}

export interface RecoveryOptions<T extends Opened> {
  urls: readonly string[];
  /** Must settle in bounded time. */
  open(url: string): Promise<T>;
  onOpen(opened: T, url: string): void;
  onLost(reason: string): void;
  onFailure(url: string, error: unknown): void;
}

export interface Recovery {
  /** Opens no more. What is being opened is handed to `onOpen` all the same, since only the caller can close it. */
  stop(): void;
}

const BACKOFF = { initialMs: 200, maxMs: 5_000 };

export function startRecovery<T extends Opened>(options: RecoveryOptions<T>): Recovery {
  const { urls } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  let turn = 0;

  /** One round: each broker once, beginning with the one whose turn it is. Rejects with the last one's error. */
  async function openAny(): Promise<T> {
    let failure: unknown;
    for (let tried = 0; tried < urls.length && !signal.aborted; tried++) {
      const url = urls[turn++ % urls.length] ?? '';
      try {
        const opened = await options.open(url);
        options.onOpen(opened, url);
        return opened;
      } catch (error) {
        options.onFailure(url, error);
        failure = error;
      }
    }
    throw failure;
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      // Each broker's failure was reported by itself.
      const round = await retry(openAny, { backoff: BACKOFF, signal, onFailure() {} });
      if (round.outcome !== 'done') return;
      options.onLost(await round.value.closed);
      await delayOrAbort(backoffMs(1, BACKOFF), signal);
    }
  }

  void run();
  return { stop: () => stopping.abort() };
}
