/** The responses of an operation, by status, in the terms of OpenAPI 3.1. Pure. */

import { type ReplyReason, STATUS_OF } from '../http/reply.ts';
import { type AccessChecks, accessOf } from './access.ts';
import type { Answer, DeclaredRefusal, Example, Operation, SchemaName } from './operation.ts';

export type Json = Record<string, unknown>;

const MEANING: Record<ReplyReason, string> = {
  'not-json': 'the body is not JSON in UTF-8',
  unauthenticated: 'whoever asks has not shown who it is',
  'till-removed': 'the token is of a paired till that was removed',
  forbidden: 'whoever asks may not do this',
  'order-not-found': 'there is no such order',
  'route-not-found': 'there is no such route',
  'subscription-not-found': 'the shop has no such subscription',
  'code-unknown': 'no pairing code is this one; the try counted',
  'till-not-found': 'there is no such paired till',
  'method-not-allowed': 'the route has another method, which `Allow` names',
  'body-too-slow': 'the body took too long to come',
  'order-not-waiting': 'the order does not await the shop',
  'order-cancelled': 'the order was cancelled, and yet paid for',
  'order-not-awaiting-payment':
    'the order was never paid and is beyond awaiting it; the payment is recorded as an incident',
  'amount-differs': "the amount is not the order's; the payment is recorded as an incident",
  'number-ambiguous': 'several shops have an order of this number, and the notice names none of them',
  'number-taken': 'another order of the shop has this number',
  'sid-taken': 'a session of another subject has this `sid`',
  'too-many-subscriptions': 'the shop has as many subscriptions to Web Push as it may have',
  'code-ended': 'the pairing code was used, is too old, or ended after too many wrong tries',
  'body-too-large': 'the body is too large',
  misdirected: 'the service is not known by the name in `Host`',
  invalid: 'something is not as its schema has it; `msg` says what',
  'upgrade-required': 'the path speaks WebSocket',
  'reminder-too-soon': 'the shop was reminded of the order just now',
  'too-many-requests': 'the address, or the token, has asked too often',
  internal: 'something went wrong in the service',
  unavailable: 'the service, or what it stands on, is away for the moment',
};

const OF_PARAMETERS: readonly DeclaredRefusal[] = ['invalid'];
const OF_A_BODY: readonly DeclaredRefusal[] = ['not-json', 'body-too-slow', 'body-too-large', 'invalid'];
const OF_BYTES: readonly DeclaredRefusal[] = ['body-too-slow', 'body-too-large'];
/** Of two tokens that differ none is taken. */
const OF_A_TOKEN: readonly DeclaredRefusal[] = [
  { reason: 'invalid', status: 400 },
  'unauthenticated',
  'till-removed',
  'forbidden',
];
const OF_A_SIGNATURE: readonly DeclaredRefusal[] = ['unauthenticated'];
const OF_ANY_REQUEST: readonly DeclaredRefusal[] = [
  // Before anybody looks at what is asked for: where the request ends is unclear.
  { reason: 'invalid', status: 400 },
  // The page's origin is not allowed.
  'forbidden',
  'misdirected',
  'too-many-requests',
  'internal',
  'unavailable',
];

const OF_ACCESS = { open: [], token: OF_A_TOKEN, signature: OF_A_SIGNATURE };

const RETRY_AFTER = { 'Retry-After': 'Seconds to wait before the next attempt.' };

/** What every refusal looks like. */
export const REFUSAL_SCHEMA: Json = {
  type: 'object',
  required: ['code', 'msg', 'reason', 'data'],
  properties: {
    code: { const: 0 },
    msg: { type: 'string', description: 'for people; in Chinese where an existing front end shows it' },
    reason: { enum: Object.keys(STATUS_OF) },
    data: { description: 'null, unless the route has more to say' },
  },
};

export function responsesOf(operation: Operation, access: AccessChecks): Json {
  const { answer, refusalData } = operation;
  const examples = operation.examples ?? [];
  const refusals = refusalsOf(operation, access).map(([status, reasons]) => [
    status,
    refusalResponse(status, reasons, refusalData, examples),
  ]);
  return {
    [answer.status]: answerResponse(answer, examples),
    ...(answer.headers?.ETag === undefined
      ? {}
      : { 304: { description: 'It is what `If-None-Match` says.' } }),
    ...Object.fromEntries(refusals),
    default: {
      description: `Any other refusal, such as \`method-not-allowed\`: ${MEANING['method-not-allowed']}.`,
      content: { 'application/json': { schema: schemaRef('Refusal') } },
    },
  };
}

function answerResponse(
  { status, description, data, bare, headers }: Answer,
  examples: readonly Example[],
): Json {
  const named = present('examples', answersOf(examples, status));
  const media = Object.entries(bare ?? {}).map(([type, schema]) => [type, { schema, ...named }]);
  if (data !== undefined) media.push(['application/json', { schema: inEnvelope(data), ...named }]);
  return {
    description,
    ...present('headers', headersOf(headers)),
    ...present('content', Object.fromEntries(media)),
  };
}

function inEnvelope(data: NonNullable<Answer['data']>): Json {
  return {
    type: 'object',
    required: ['code', 'msg', 'data'],
    properties: {
      code: { const: 1 },
      msg: { type: 'null' },
      data: typeof data === 'string' ? schemaRef(data) : data,
    },
  };
}

function refusalResponse(
  status: number,
  reasons: readonly ReplyReason[],
  data: SchemaName | undefined,
  examples: readonly Example[],
): Json {
  const properties = {
    reason: { enum: reasons },
    data: data === undefined ? { type: 'null' } : { anyOf: [schemaRef(data), { type: 'null' }] },
  };
  return {
    description: reasons.map((reason) => `\`${reason}\`: ${MEANING[reason]}.`).join(' '),
    ...(status === 429 || status === 503 ? { headers: headersOf(RETRY_AFTER) } : {}),
    content: {
      'application/json': {
        schema: { allOf: [schemaRef('Refusal'), { properties }] },
        ...present('examples', answersOf(examples, status)),
      },
    },
  };
}

/** By status, in its order. What an operation says of a reason goes before what its parameters and body would say. */
function refusalsOf(operation: Operation, access: AccessChecks): [number, ReplyReason[]][] {
  const { params, query, body, bareBody, refusals = [] } = operation;
  const own = refusals.map(withStatus);
  const ofAccess = OF_ACCESS[accessOf(operation, access)].map(withStatus);
  const ofParts = [
    ...(params === undefined && query === undefined ? [] : OF_PARAMETERS),
    ...(body === undefined ? [] : OF_A_BODY),
    ...(bareBody === undefined ? [] : OF_BYTES),
  ].map(withStatus);
  const others = ofParts.filter(({ reason }) => !own.some((one) => one.reason === reason));
  const byStatus = new Map<number, Set<ReplyReason>>();
  for (const { reason, status } of [...own, ...ofAccess, ...others, ...OF_ANY_REQUEST.map(withStatus)]) {
    byStatus.set(status, (byStatus.get(status) ?? new Set()).add(reason));
  }
  return [...byStatus]
    .map(([status, reasons]): [number, ReplyReason[]] => [status, [...reasons]])
    .sort(([a], [b]) => a - b);
}

function withStatus(refused: DeclaredRefusal): { reason: ReplyReason; status: number } {
  return typeof refused === 'string' ? { reason: refused, status: STATUS_OF[refused] } : refused;
}

function answersOf(examples: readonly Example[], status: number): Json {
  return valuesOf(
    examples.filter((example) => example.status === status),
    ({ answer }) => answer,
  );
}

/** The examples' values by name, of those that have one. */
export function valuesOf(examples: readonly Example[], pick: (example: Example) => unknown): Json {
  const values = examples.map((example) => [example.name, { value: pick(example) }] as const);
  return Object.fromEntries(values.filter(([, { value }]) => value !== undefined));
}

export function schemaRef(name: string): Json {
  return { $ref: `#/components/schemas/${name}` };
}

/** Nothing at all for what is empty. */
export function present(name: string, value: object): Json {
  return Object.keys(value).length === 0 ? {} : { [name]: value };
}

function headersOf(headers: Record<string, string> = {}): Json {
  return Object.fromEntries(
    Object.entries(headers).map(([name, description]) => [name, { description, schema: { type: 'string' } }]),
  );
}
