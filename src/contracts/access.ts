/** How callers show who they are, in the terms of OpenAPI 3.1 and AsyncAPI 3.0. Pure. */

import { type TObject, Type } from 'typebox';
import { type ProviderName, SIGNATURE_HEADER } from '../domain/payment-provider.ts';
import { JoinQuery, TokenQuery } from '../gateway/upgrade/join-request.ts';
import type { Operation } from './operation.ts';

/** What this deployment checks. */
export interface AccessChecks {
  tokens: boolean;
  /** Whether a session can show its token in the query; only where tokens are checked. */
  queryTokens: boolean;
  signatures: boolean;
  /** Whose callbacks are taken. */
  providers: readonly ProviderName[];
}

/** What an operation wants to see, as far as it is checked. */
export function accessOf(
  { scopes = [], signed }: Operation,
  checks: AccessChecks,
): 'open' | 'token' | 'signature' {
  if (signed && checks.signatures) return 'signature';
  return scopes.length > 0 && checks.tokens ? 'token' : 'open';
}

/** What the URL of a session may say. */
export function joinQuery({ queryTokens }: AccessChecks): TObject {
  return queryTokens ? Type.Object({ ...JoinQuery.properties, ...TokenQuery.properties }) : JoinQuery;
}

const BEARER = { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' };

/** The `securitySchemes` of an OpenAPI document. */
export function openApiSchemes({ tokens, signatures }: AccessChecks): object {
  return {
    ...(tokens
      ? {
          token: {
            ...BEARER,
            description: 'A JWT with the claims `scope`, `shop` (a name, a list, or `*`) and `exp`.',
          },
        }
      : {}),
    ...(signatures
      ? {
          signature: {
            type: 'apiKey',
            in: 'header',
            name: SIGNATURE_HEADER,
            description:
              '`t=<unix seconds>,v1=<hex>`, where `v1` is HMAC-SHA-256 with the shared secret over `<t>.<body>`.',
          },
        }
      : {}),
  };
}

/** The `security` of an operation: one of these is enough. */
export function openApiSecurity(operation: Operation, checks: AccessChecks): object[] {
  switch (accessOf(operation, checks)) {
    case 'open':
      return [];
    case 'signature':
      return [{ signature: [] }];
    case 'token':
      return (operation.scopes ?? []).map((scope) => ({ token: [scope] }));
  }
}

/** The `securitySchemes` of an AsyncAPI document: the ways in which a session can show its token. */
export function asyncApiSchemes({ tokens, queryTokens }: AccessChecks): object {
  if (!tokens) return {};
  return {
    header: { ...BEARER, description: 'For clients that can set headers. Its scope must hold `listen`.' },
    subprotocol: {
      type: 'httpApiKey',
      in: 'header',
      name: 'Sec-WebSocket-Protocol',
      description: 'For pages: `bearer.<token>`, offered beside the subprotocol.',
    },
    ...(queryTokens
      ? {
          query: {
            type: 'httpApiKey',
            in: 'query',
            name: 'token',
            description: 'Where there is no other way: addresses end up in logs.',
          },
        }
      : {}),
  };
}
