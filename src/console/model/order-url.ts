/** Where an order is shown outside of the console, as the operator has set it up. Pure. */

import type { Alert } from '../../client/types.ts';

/**
 * The template with the ids filled in, percent-encoded. Undefined where that is no address of the web: the page leads
 * nowhere else, whatever it was given.
 */
export function orderUrlOf(
  template: string | undefined,
  orderId: Alert['orderId'],
  shopId: string,
): string | undefined {
  if (template === undefined) return undefined;
  const ids: Readonly<Record<string, string>> = { orderId: String(orderId), shopId };
  const filled = template.replace(/\{(orderId|shopId)\}/g, (_, name: string) =>
    encodeURIComponent(ids[name] ?? ''),
  );
  if (!URL.canParse(filled)) return undefined;
  return /^https?:$/.test(new URL(filled).protocol) ? filled : undefined;
}
