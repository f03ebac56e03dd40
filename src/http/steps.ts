/** What a request has to pass before its handler, step by step. Each step may answer it, and then no later one runs. */

import { type BodyLimits, parseJson, type RawBody } from './body.ts';
import type { Exchange } from './exchange.ts';
import { refusalReply } from './refusal-reply.ts';
import { type Reply, refusal } from './reply.ts';

export interface FinalReply {
  reply: Reply;
  /** The rest of a body that is not read would hold up the connection. */
  closeConnection?: boolean;
  /** What follows on the connection may be part of the request. */
  endsConnection?: boolean;
}

type Step = (exchange: Exchange, limits: BodyLimits) => Promise<FinalReply | undefined>;

const STEPS: readonly Step[] = [requireAccess, requireReadablePath, receiveBody, parseBody];

/** Runs the steps in their order, then the handler. */
export async function answerExchange(exchange: Exchange, limits: BodyLimits): Promise<FinalReply> {
  for (const step of STEPS) {
    const answer = await step(exchange, limits);
    if (answer !== undefined) return answer;
  }
  return { reply: await exchange.route.handle(exchange.incoming) };
}

async function requireAccess({ authorising, route, incoming }: Exchange): Promise<FinalReply | undefined> {
  const authorised = await authorising;
  if (!authorised.ok) {
    const { reason, endsConnection = false } = authorised;
    const refused =
      reason === 'too-many-requests' ? { ...authorised, message: '请求过于频繁，请稍后再试' } : authorised;
    return { reply: refusalReply(refused), closeConnection: route.takesBody !== undefined, endsConnection };
  }
  incoming.address = authorised.address;
  incoming.grant = authorised.grant;
  return undefined;
}

async function requireReadablePath({ hasBadPath }: Exchange): Promise<FinalReply | undefined> {
  return hasBadPath ? { reply: refusal('invalid', 'the path has a malformed escape') } : undefined;
}

async function receiveBody({ receiving, incoming }: Exchange, limits: BodyLimits) {
  const received = await receiving;
  if (!received.ok) return { reply: bodyRefusal(received.reason, limits), closeConnection: true };
  incoming.rawBody = received.bytes;
  return undefined;
}

async function parseBody({ route, incoming }: Exchange): Promise<FinalReply | undefined> {
  if (route.takesBody !== 'json') return undefined;
  const parsed = parseJson(incoming.rawBody);
  if (!parsed.ok) return { reply: refusal('not-json', 'the body must be JSON') };
  incoming.body = parsed.value;
  return undefined;
}

type BodyFault = Extract<RawBody, { ok: false }>['reason'];

function bodyRefusal(reason: BodyFault, { maxBytes, seconds }: BodyLimits): Reply {
  switch (reason) {
    case 'body-too-large':
      return refusal(reason, `the body may have ${maxBytes} bytes`);
    case 'body-too-slow':
      return refusal(reason, `the body may take ${seconds} s`);
  }
}
