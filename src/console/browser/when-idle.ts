/** Calls when the browser has nothing more pressing to do; soon, where it cannot say. */

const SOON_MS = 2_000;

export function whenIdle(call: () => void, page: Window = window): void {
  if ('requestIdleCallback' in page) page.requestIdleCallback(call, { timeout: SOON_MS });
  else setTimeout(call, SOON_MS);
}
