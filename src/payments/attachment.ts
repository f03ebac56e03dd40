/**
 * The shop in what a merchant may attach to a payment and gets back with its notice. Platforms use the attachment for other
 * things as well, so only two unmistakable forms are read: `shop=<id>`, maybe among other pairs, and JSON with a `shopId`.
 */

import { Compile } from 'typebox/compile';
import { ShopId } from '../domain/order.ts';

const shopRule = Compile(ShopId);

export function shopOfAttachment(text: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined;
  const shop = text.startsWith('{') ? shopOfJson(text) : new URLSearchParams(text).get('shop');
  return shopRule.Check(shop) ? shop : undefined;
}

function shopOfJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && 'shopId' in value ? value.shopId : undefined;
  } catch {
    return undefined;
  }
}
