/**
 * Completing an upgrade, at once or after something was awaited. Guarantees that the socket lives, and where there is
 * another session, that uWebSockets.js has nothing to warn of on standard error.
 *
 * It wants whatever is written after an await to be corked. But corked by itself an upgrade can be fatal: where the
 * socket stays at its place in memory, `res.cork` goes on to take it for an HTTP response, and may close it. Inside
 * another socket's cork, of which there is one at a time, `res.cork` does nothing but run what it is given. Within
 * uWebSockets.js's own call, so without a wait, its cork holds and all of this comes to `upgrade()`.
 */

import type { HttpResponse } from 'uWebSockets.js';
import type { Session } from '../session.ts';

/** `holder` must stay open during `upgrade`: the new session replaces another only after this has returned. */
export function completeUpgrade(res: HttpResponse, holder: Session | undefined, upgrade: () => void): void {
  if (holder === undefined) upgrade();
  else holder.holdCork(() => res.cork(upgrade));
}
