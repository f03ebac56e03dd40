/** The OpenAPI document: what HTTP offers, in the terms of OpenAPI 3.1, and what this deployment asks of callers. Pure. */

import { type AccessChecks, joinQuery, openApiSchemes, openApiSecurity } from './access.ts';
import { type Operation, SCHEMAS } from './operation.ts';
import { OPERATIONS } from './operations.ts';
import { type Json, present, REFUSAL_SCHEMA, responsesOf, schemaRef, valuesOf } from './responses.ts';

/** Of the contracts, not of the release: whatever breaks a client raises the first number. */
export const CONTRACT_VERSION = '1.0.0';

export function openApiDocument(access: AccessChecks): Json {
  const paths: Record<string, Json> = {};
  const isTaken = ({ provider }: Operation) => provider === undefined || access.providers.includes(provider);
  for (const operation of OPERATIONS.filter(isTaken)) {
    const { method, path } = operation;
    paths[path] = { ...paths[path], [method]: operationObject(operation, access) };
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Orderbell',
      version: CONTRACT_VERSION,
      description:
        'Tells a shop that an order was paid or that a customer is asking where it is. HEAD is answered where GET is, ' +
        'unless the GET changes something. Events and frames are described in `/asyncapi.json`.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    tags: [
      { name: 'orders', description: 'Orders, their payment, reminders of them' },
      { name: 'payments', description: 'Callbacks of payment providers, and what came of them' },
      { name: 'log', description: 'What a shop was told' },
      { name: 'escalation', description: 'Who is told of what a shop does not deal with' },
      { name: 'tills', description: 'Tills that are paired by a code' },
      { name: 'sessions', description: 'Where a shop listens' },
      { name: 'health', description: 'For whoever runs the service' },
      { name: 'pages', description: "The merchant's console, and the client for pages of one's own" },
      { name: 'contracts', description: 'What can be asked and what is told' },
    ],
    paths,
    components: {
      schemas: { ...SCHEMAS, Refusal: REFUSAL_SCHEMA },
      ...present('securitySchemes', openApiSchemes(access)),
    },
  };
}

function operationObject(operation: Operation, access: AccessChecks): Json {
  const { id, tag, summary, description, body, examples = [] } = operation;
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description === undefined ? {} : { description }),
    ...present('parameters', parametersOf(operation, access)),
    ...(body === undefined
      ? {}
      : {
          requestBody: bodyObject(
            body,
            valuesOf(examples, ({ body }) => body),
          ),
        }),
    ...(operation.bareBody === undefined ? {} : { requestBody: bareBodyObject(operation.bareBody) }),
    ...present('security', openApiSecurity(operation, access)),
    responses: { ...responsesOf(operation, access), ...operation.ownAnswers },
  };
}

function bodyObject(name: string, examples: Json): Json {
  return { required: true, content: { 'application/json': { schema: schemaRef(name), examples } } };
}

function bareBodyObject(bare: NonNullable<Operation['bareBody']>): Json {
  const content = Object.entries(bare).map(([type, schema]) => [type, { schema }]);
  return { required: true, content: Object.fromEntries(content) };
}

function parametersOf({ params = {}, query, examples = [] }: Operation, access: AccessChecks): Json[] {
  const asked = query === 'join' ? joinQuery(access) : query;
  const inPath = Object.entries(params).map(([name, schema]) => ({
    name,
    in: 'path',
    required: true,
    schema,
    ...present(
      'examples',
      valuesOf(examples, ({ params }) => params?.[name]),
    ),
  }));
  const inQuery = Object.entries(asked?.properties ?? {}).map(([name, schema]) => ({
    name,
    in: 'query',
    schema,
    ...present(
      'examples',
      valuesOf(examples, ({ query }) => query?.[name]),
    ),
  }));
  return [...inPath, ...inQuery];
}
