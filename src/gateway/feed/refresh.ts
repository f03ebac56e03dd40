/** Asks where the log stands. Guarantees one question at a time. */

export interface FeedRefreshOptions {
  isClosed(): boolean;
  /** Asks, and resolves once the feed has caught up. Rejects while the log is away. */
  ask(): Promise<void>;
  /** A question failed that no caller waits for. */
  onFailure(error: unknown): void;
}

export interface FeedRefresh {
  /** Joins the question that is under way. */
  now(): Promise<void>;
  /** Asks for what is there from now on: a question that is under way may have been answered earlier. */
  soon(): void;
}

export function createFeedRefresh({ isClosed, ask, onFailure }: FeedRefreshOptions): FeedRefresh {
  let underway: Promise<void> | undefined;
  let isAskedAgain = false;

  function now(): Promise<void> {
    underway ??= ask().finally(() => {
      underway = undefined;
      if (isAskedAgain) soon();
    });
    return underway;
  }

  function soon(): void {
    isAskedAgain = underway !== undefined;
    if (!isAskedAgain && !isClosed()) now().catch(onFailure);
  }

  return { now, soon };
}
