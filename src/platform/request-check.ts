/**
 * What a request must be whoever sends it: one check for every route and for upgrades. Guarantees that no request is
 * served whose end is unclear.
 */

import { framingFault } from './framing.ts';
import type { HeaderList } from './header-values.ts';

export interface RequestFault {
  reason: 'invalid';
  /** For the sender. */
  message: string;
  /**
   * What follows on the connection may be part of this request: the answer ends it, and not before the next turn, since
   * uWebSockets.js goes on within this one with what came in the same packet.
   */
  endsConnection: boolean;
}

/** Undefined if nothing is wrong with the request. */
export type CheckRequest = (headers: HeaderList, kind: 'request' | 'upgrade') => RequestFault | undefined;

export const checkRequest: CheckRequest = (headers, kind) => {
  const unclear = framingFault(headers, kind === 'upgrade');
  if (unclear !== undefined) return { reason: 'invalid', message: unclear, endsConnection: true };
  return undefined;
};
