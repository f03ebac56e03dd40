/**
 * The merchant console and the client library, as they were built. Guarantees that the page runs no script and loads
 * nothing but what was built with it, that no other page can frame it, and that a browser asks again for the page
 * itself each time and for what has a hash in its name never.
 */

import { manifestRoute } from './manifest-route.ts';
import { type Encoding, hasAlready, pickEncoding } from './negotiation.ts';
import type { Asset, Pages } from './pages.ts';
import { content, NOT_MODIFIED, type Reply, refusal } from './reply.ts';
import type { Incoming, Route } from './routes.ts';

const READS = ['host', 'accept-encoding', 'if-none-match'] as const;

const FOR_EVER = 'public, max-age=31536000, immutable';
const ASK_AGAIN = 'no-cache';

export function consoleRoutes(pages: Pages): Route[] {
  return [
    {
      method: 'GET',
      pattern: '/',
      readsHeaders: READS,
      handle: ({ headers }) => serve(pages.index, headers, { 'Cache-Control': ASK_AGAIN, ...guard(headers) }),
    },
    {
      method: 'GET',
      pattern: '/console/:file',
      readsHeaders: READS,
      handle({ params: [file = ''], headers }) {
        const extra = { 'Cache-Control': FOR_EVER, 'Cross-Origin-Resource-Policy': 'same-origin' };
        return serve(pages.assets.get(file), headers, extra, pages.assets.size > 0);
      },
    },
    {
      method: 'GET',
      pattern: '/service-worker.js',
      readsHeaders: READS,
      handle: ({ headers }) =>
        serve(pages.serviceWorker, headers, {
          'Cache-Control': ASK_AGAIN,
          // A service worker has a policy of its own: it asks for the page and its files.
          'Content-Security-Policy': "default-src 'none'; connect-src 'self'",
          'Cross-Origin-Resource-Policy': 'same-origin',
        }),
    },
    manifestRoute(pages.manifest),
    forAnyPage('/client.js', pages.client),
    forAnyPage('/reconnect.js', pages.reconnect),
  ];
}

/** A script that pages of other sites load. */
function forAnyPage(pattern: string, script: Asset | undefined): Route {
  const extra = {
    'Cache-Control': ASK_AGAIN,
    'Access-Control-Allow-Origin': '*',
    'Cross-Origin-Resource-Policy': 'cross-origin',
  };
  return {
    method: 'GET',
    pattern,
    readsHeaders: READS,
    handle: ({ headers }) => serve(script, headers, extra),
  };
}

function serve(
  asset: Asset | undefined,
  accepted: Incoming['headers'],
  extra: Record<string, string>,
  isBuilt = false,
): Reply {
  if (asset === undefined) {
    return refusal(
      'route-not-found',
      isBuilt ? 'there is no such file' : 'the pages are not built: run `npm run build`',
    );
  }
  const available = asset.encoded.map(({ encoding }) => encoding);
  const encoding = pickEncoding(accepted['accept-encoding'] ?? '', available);
  const headers = { ...extra, Vary: 'Accept-Encoding', ETag: etagOf(asset, encoding) };
  if (hasAlready(accepted['if-none-match'] ?? '', headers.ETag)) {
    return { status: NOT_MODIFIED, headers, body: '' };
  }
  const bytes = asset.encoded.find((one) => one.encoding === encoding)?.bytes;
  if (encoding === undefined || bytes === undefined) return content(asset.contentType, asset.plain, headers);
  return content(asset.contentType, bytes, { ...headers, 'Content-Encoding': encoding });
}

/** Each encoding is other bytes, and so another entity. */
function etagOf({ tag }: Asset, encoding: Encoding | undefined): string {
  return encoding === undefined ? `"${tag}"` : `"${tag}.${encoding}"`;
}

/** A client's header must not get into one of ours. */
const HOST = /^([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?$/;

function guard({ host = '' }: Incoming['headers']): Record<string, string> {
  // 'self' is enough for a WebSocket where CSP level 3 is known; Safari before 15.4 wants the address with its scheme.
  const sockets = HOST.test(host) ? ` ws://${host} wss://${host}` : '';
  return {
    'Content-Security-Policy': [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self' data:",
      `connect-src 'self'${sockets}`,
      "manifest-src 'self'",
      "font-src 'none'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
      // By this one the page names its workers.
      'trusted-types orderbell-worker',
    ].join('; '),
    'Permissions-Policy':
      'autoplay=(self), screen-wake-lock=(self), camera=(), geolocation=(), microphone=(), payment=(), usb=()',
    'Referrer-Policy': 'no-referrer',
  };
}
