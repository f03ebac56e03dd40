/**
 * What a browser installs the console by. Guarantees that each shop is installed by itself, opens as that shop, and is named in
 * the language of the page that asked; and that nothing of an address but a shop's id gets into it.
 */

import { Compile } from 'typebox/compile';
import { ShopId } from '../domain/order.ts';
import type { Asset } from './pages.ts';
import { content, refusal } from './reply.ts';
import type { Route } from './routes.ts';

const shopId = Compile(ShopId);

const ENGLISH = { lang: 'en', name: 'Orderbell', short_name: 'Orderbell' };
const CHINESE = { lang: 'zh-CN', name: 'Orderbell 来单提醒', short_name: '来单提醒' };

const HEADERS = { 'Cache-Control': 'no-cache', 'Cross-Origin-Resource-Policy': 'same-origin' };

export function manifestRoute(manifest: Asset | undefined): Route {
  const built: object | undefined =
    manifest === undefined ? undefined : JSON.parse(Buffer.from(manifest.plain).toString());
  return {
    method: 'GET',
    pattern: '/manifest.webmanifest',
    handle({ query }) {
      if (manifest === undefined || built === undefined) {
        return refusal('route-not-found', 'the pages are not built: run `npm run build`');
      }
      const words = query.get('lang') === 'zh' ? CHINESE : ENGLISH;
      const shop = query.get('shop');
      const isNamed = shopId.Check(shop);
      const start = isNamed ? `./?shop=${shop}` : './';
      const name = isNamed && shop !== 'default' ? `${words.name} · ${shop}` : words.name;
      const whole = { ...words, name, id: start, start_url: start, ...built };
      return content(manifest.contentType, JSON.stringify(whole), HEADERS);
    },
  };
}
