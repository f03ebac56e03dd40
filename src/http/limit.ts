/** How many of a list one page has. */

import { Type } from 'typebox';
import { type Reply, refusal } from './reply.ts';

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1000;
const RULE = `a whole number from 1 to ${MAX_LIMIT}`;

/** What the URL may say. */
export const PageLimit = Type.Optional(
  Type.Integer({ minimum: 1, maximum: MAX_LIMIT, default: DEFAULT_LIMIT, description: RULE }),
);

/** The limit that the URL has, or the default; a refusal where it has another thing. */
export function readLimit(query: URLSearchParams): { ok: true; limit: number } | { ok: false; reply: Reply } {
  const text = query.get('limit') ?? '';
  const limit = text === '' ? DEFAULT_LIMIT : /^[0-9]{1,16}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= MAX_LIMIT) return { ok: true, limit };
  return { ok: false, reply: refusal('invalid', `limit: must be ${RULE}`) };
}
