/** What a session's client gets when its token is about to end, and at its end. */

import { CLOSE } from '../protocol/close-codes.ts';
import type { ExpiryEvents } from './expiries.ts';
import { expiringFrame } from './server-frames.ts';
import type { Session } from './session.ts';

export const tokenExpiryEvents: ExpiryEvents<Session> = {
  onExpiring(session, inSeconds) {
    if (session.request.protocol !== 'plain') session.send(expiringFrame(inSeconds));
  },
  onExpired: (session) => session.end(CLOSE.tokenExpired, 'the token has expired'),
};
