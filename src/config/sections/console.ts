/** What the merchant's page is given by the operator. */

import { orNone } from '../urls.ts';

const PLACEHOLDERS = ['orderId', 'shopId'];

/** The place of an id is behind the host: an id must never choose the host that a page leads to. */
function orderAddress(value: unknown): void {
  const text = String(value);
  const [, host] = /^https?:\/\/([^/?#\s]+)/.exec(text) ?? [];
  if (host === undefined || /\s/.test(text)) throw new Error('must be an http:// or https:// URL');
  if (/[{}@]/.test(host)) throw new Error('must have neither a user nor a placeholder in its host');
  if (!text.includes('{orderId}')) throw new Error('must contain {orderId}');
  const unknown = [...text.matchAll(/\{([^{}]*)\}/g)].find(([, name = '']) => !PLACEHOLDERS.includes(name));
  if (unknown !== undefined) throw new Error('can have {orderId} and {shopId} filled in, and nothing else');
  if (!URL.canParse(text.replaceAll(/\{\w+\}/g, '1'))) throw new Error('is no URL');
}

export const consoleSection = {
  orderUrl: {
    doc: 'Where the console leads to from an alert, such as `https://pos.example/#/order?id={orderId}`; `{shopId}` is filled in too. Empty: nowhere.',
    format: orNone(orderAddress),
    default: '',
    env: 'CONSOLE_ORDER_URL',
  },
};
