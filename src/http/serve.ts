/**
 * Serving one request: it gets exactly one reply in the envelope, also where something fails inside, unless its client has
 * left.
 */

import type { HttpRequest, HttpResponse } from 'uWebSockets.js';
import { AppError, messageOf } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import { isUnavailable } from '../platform/postgres.ts';
import { createThrottledLog, type ThrottledLog } from '../platform/throttled-log.ts';
import { beginExchange, type ExchangeOptions } from './exchange.ts';
import { type Reply, refusal, type SendOptions, send } from './reply.ts';
import type { ServedRoute } from './routes.ts';
import type { HttpSpans } from './spans.ts';
import { answerExchange, type FinalReply } from './steps.ts';

/** Called for each reply. `route` is a pattern, so that there are few of them. Must be quick and not throw. */
export interface HttpObserver {
  answered(route: string, status: number, seconds: number): void;
}

export interface ServeOptions extends ExchangeOptions {
  /** With every reply. */
  headers: SendOptions['serverHeaders'] & object;
  observe: HttpObserver;
  /** Undefined: nothing is traced. */
  spans?: HttpSpans | undefined;
  logger: Logger;
}

export interface ServeSettings {
  isHead: boolean;
  /** The route's name where requests are counted; else its pattern. */
  countedAs?: string;
}

export interface Serving {
  serve(route: ServedRoute, res: HttpResponse, req: HttpRequest, settings: ServeSettings): Promise<void>;
  /** From now on every request is answered with 503 and its connection closed. */
  refuseRequests(): void;
  /** Resolves when no request is in hand. */
  untilIdle(): Promise<void>;
}

export function createServing(options: ServeOptions): Serving {
  const { headers: serverHeaders, observe, spans, logger } = options;
  const warn = createThrottledLog(logger, () => performance.now());
  const inHand = createInHand();
  let refusing = false;

  function report(method: string, route: string, { status }: Reply, startedAt: number): void {
    const ms = performance.now() - startedAt;
    observe.answered(route, status, ms / 1000);
    logger.debug({ method, route, status, ms: Math.round(ms * 10) / 10 }, 'answered');
  }

  return {
    async serve(route, res, req, { isHead, countedAs = route.pattern }) {
      // uWebSockets.js keeps one such handler only: the others listen to the signal.
      const gone = new AbortController();
      res.onAborted(() => gone.abort());
      const startedAt = performance.now();
      const method = req.getMethod().toUpperCase();
      let status: number | undefined;
      const answer = ({ reply, closeConnection = false, endsConnection = false }: FinalReply) => {
        if (gone.signal.aborted) return;
        // An answer to HEAD cannot close its connection.
        if (endsConnection && isHead) return void res.close();
        const closes = closeConnection || endsConnection;
        send(res, reply, { serverHeaders, withoutBody: isHead, closeConnection: closes });
        report(method, countedAs, reply, startedAt);
        status = reply.status;
      };
      if (refusing) return answer({ reply: stopping(), closeConnection: true });
      const span = spans?.begin(method, route.pattern, req);
      const exchange = beginExchange(route, res, req, gone.signal, options);
      exchange.incoming.trace = span?.context;
      inHand.add();
      try {
        answer(await answerExchange(exchange, options.body));
      } catch (error) {
        if (!gone.signal.aborted) answer({ reply: failureReply(error, route, logger, warn) });
      } finally {
        inHand.remove();
        span?.end(status);
      }
    },
    refuseRequests() {
      refusing = true;
    },
    untilIdle: inHand.untilIdle,
  };
}

const stopping = () => refusal('unavailable', 'the service is stopping', { 'Retry-After': '5' });

function failureReply(error: unknown, { pattern }: ServedRoute, logger: Logger, warn: ThrottledLog): Reply {
  if (error instanceof AppError && error.code === 'busy') {
    warn({ route: pattern }, 'requests were refused: too many wait');
    return refusal('unavailable', 'too many wait, try again', { 'Retry-After': '1' });
  }
  if (isUnavailable(error)) {
    logger.warn({ route: pattern, error: messageOf(error) }, 'a request has to wait for Postgres');
    return refusal('unavailable', 'the database is away, try again', { 'Retry-After': '2' });
  }
  logger.error({ route: pattern, err: error }, 'a request failed');
  return refusal('internal', 'something went wrong');
}

function createInHand() {
  let count = 0;
  let onIdle = () => {};
  return {
    add() {
      count++;
    },
    remove() {
      count--;
      if (count === 0) onIdle();
    },
    untilIdle(): Promise<void> {
      if (count === 0) return Promise.resolve();
      return new Promise((resolve) => {
        onIdle = resolve;
      });
    },
  };
}
