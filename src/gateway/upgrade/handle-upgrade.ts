/**
 * The upgrade of a request to a socket. Guarantees that each request is either upgraded or answered with its refusal,
 * unless it was aborted, and that what was taken for it is given back where no socket comes of it.
 */

import type { HttpRequest, HttpResponse, us_socket_context_t } from 'uWebSockets.js';
import { randomUUID } from 'node:crypto';
import type { Grant } from '../../domain/access.ts';
import { headerValues } from '../../server/header-values.ts';
import { type AccessRefusal, refuseAccess } from '../../server/refusal.ts';
import type { SessionOrder } from '../announcements/session-order.ts';
import type { GatewayObserver } from '../observer.ts';
import { Session } from '../session.ts';
import type { Sessions } from '../sessions.ts';
import {
  type AdmittedUpgrade,
  type AdmitUpgradeOptions,
  admitUpgrade,
  refuseTakenSid,
} from './admit-upgrade.ts';
import { completeUpgrade } from './complete-upgrade.ts';
import { pickSubprotocol } from './join-request.ts';

export interface HandleUpgradeOptions extends AdmitUpgradeOptions {
  sessions: Pick<Sessions, 'holder' | 'any'>;
  order: Pick<SessionOrder, 'next'>;
  /** Whether the gateway takes no more sockets. */
  isRefusing(): boolean;
  /** Answers with a refusal. */
  refuse(res: HttpResponse, refusal: AccessRefusal): void;
  /** The socket is open. */
  onSession(session: Session, grant: Grant): void;
  observe: Pick<GatewayObserver, 'sent'>;
}

export type HandleUpgrade = (
  res: HttpResponse,
  req: HttpRequest,
  context: us_socket_context_t,
) => Promise<void>;

const UPGRADE_HEADERS = ['sec-websocket-protocol', 'sec-websocket-key', 'sec-websocket-extensions'] as const;

export function createUpgradeHandler(options: HandleUpgradeOptions): HandleUpgrade {
  const { sessions, order, observe } = options;

  /** In the turn of the upgrade: what was true when the place was taken may not be any more. */
  function refuseLate({ request, subject }: AdmittedUpgrade, isAborted: boolean): AccessRefusal | undefined {
    return isAborted || options.isRefusing() ? STOPPING : refuseTakenSid(sessions, request, subject);
  }

  function newSession({ request, subject, feed, releaseSlot }: AdmittedUpgrade): Session {
    return new Session(request, feed, randomUUID(), order.next(), observe, { subject, releaseSlot });
  }

  return async (res, req, context) => {
    // `req` is gone after the first await: everything is copied before.
    const {
      'sec-websocket-protocol': protocols,
      'sec-websocket-key': key,
      'sec-websocket-extensions': extensions,
    } = headerValues(req, UPGRADE_HEADERS);
    const asked = { sid: req.getParameter(0), query: req.getQuery(), protocols };
    let isAborted = false;
    res.onAborted(() => {
      isAborted = true;
    });
    const answer = (refusal: AccessRefusal) => {
      if (!isAborted) options.refuse(res, refusal);
    };

    const admitted = await admitUpgrade(res, req, asked, options);
    if (!admitted.ok) return answer(admitted);
    const late = refuseLate(admitted, isAborted);
    if (late !== undefined) {
      admitted.releaseSlot();
      return answer(late);
    }
    const session = newSession(admitted);
    completeUpgrade(res, sessions.any(), () => {
      res.upgrade({ session }, key, pickSubprotocol(protocols), extensions, context);
    });
    options.onSession(session, admitted.grant);
  };
}

const STOPPING = refuseAccess('unavailable', 'the service is stopping', { retryAfterSeconds: 2 });
