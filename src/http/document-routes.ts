/**
 * Documents that stay as they are while the process runs: written out once, answered from memory. Open to all.
 * A client that has one asks again with its ETag, and is told in a few bytes that nothing has changed.
 */

import { createHash } from 'node:crypto';
import { hasAlready } from './negotiation.ts';
import { content, NOT_MODIFIED, type Reply } from './reply.ts';
import type { Route } from './routes.ts';

/** A GET route for each document, by its path. */
export function documentRoutes(documents: Readonly<Record<string, object>>): Route[] {
  return Object.entries(documents).map(([pattern, document]): Route => {
    const body = Buffer.from(JSON.stringify(document));
    const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
    // Kept, but asked for again each time: a deployment may have changed it.
    const headers = { ETag: etag, 'Cache-Control': 'no-cache' };
    const whole = content('application/json', body, headers);
    const unchanged: Reply = { status: NOT_MODIFIED, headers, body: '' };
    return {
      method: 'GET',
      pattern,
      readsHeaders: ['if-none-match'],
      handle: ({ headers }) => (hasAlready(headers['if-none-match'] ?? '', etag) ? unchanged : whole),
    };
  });
}
