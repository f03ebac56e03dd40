/**
 * The tills that were removed, as this process knows them. It reads the list again every two seconds: from then on each
 * request and upgrade of such a till is refused here, without a question to Postgres. While Postgres is away no
 * till can be removed, and those that are known stay refused.
 */

import type { Authenticate, Authentication } from '../domain/access.ts';
import { type Repetition, startInterval } from '../platform/interval.ts';
import type { Logger } from '../platform/logger.ts';

export interface RemovedTills {
  has(tillId: string): boolean;
  /** Before the list has it: this process removed the till itself. */
  add(tillId: string): void;
  /** Reads the list. Rejects as `read` does. */
  load(): Promise<void>;
  /** Reads it again and again until it is stopped. */
  follow(logger: Logger): Repetition;
  /** Calls `listener` with each till that is new in the list. */
  onRemoved(listener: (tillIds: ReadonlySet<string>) => void): void;
}

export const REMOVALS_EVERY_MS = 2_000;

export function createRemovedTills(read: () => Promise<readonly string[]>): RemovedTills {
  const listeners: ((tillIds: ReadonlySet<string>) => void)[] = [];
  let removed: ReadonlySet<string> = new Set();

  function become(next: ReadonlySet<string>): void {
    const fresh = new Set([...next].filter((id) => !removed.has(id)));
    removed = next;
    if (fresh.size > 0) for (const listener of listeners) listener(fresh);
  }
  /** What this process itself removed while the list was read stays in it until the next reading. */
  async function load(): Promise<void> {
    const before = removed;
    const listed = await read();
    const meanwhile = [...removed].filter((id) => !before.has(id));
    become(new Set([...listed, ...meanwhile]));
  }

  return {
    has: (tillId) => removed.has(tillId),
    add: (tillId) => become(new Set([...removed, tillId])),
    load,
    follow: (logger) => startInterval('removed tills', REMOVALS_EVERY_MS, load, logger),
    onRemoved: (listener) => void listeners.push(listener),
  };
}

const REMOVED: Authentication = { ok: false, reason: 'till-removed', message: 'this till was removed' };

/** Refuses the tokens of removed tills, and leaves all others to `authenticate` alone. */
export function refuseRemoved(authenticate: Authenticate, removed: Pick<RemovedTills, 'has'>): Authenticate {
  const check = (found: Authentication): Authentication =>
    found.ok && found.grant.till !== undefined && removed.has(found.grant.till) ? REMOVED : found;
  return (token) => {
    const found = authenticate(token);
    return found instanceof Promise ? found.then(check) : check(found);
  };
}
