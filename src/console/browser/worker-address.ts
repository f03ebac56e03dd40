/**
 * The addresses of the page's workers, as a page that asks for trusted types has to name them. Guarantees that the page's
 * only policy gives no other address.
 */

/** What it gives is no string: the types of the browser know no better. */
interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL(url: string): string },
  ): { createScriptURL(url: string): string };
}

/** The only policy that the page may make, and once: `trusted-types` names it. */
const POLICY = 'orderbell-worker';

export interface WorkerAddresses {
  readonly service: string;
  /** Undefined where the page names none. */
  readonly timers: string | undefined;
}

export function workerAddresses(base: URL, page: Window): WorkerAddresses {
  const named = page.document.querySelector<HTMLMetaElement>('meta[name=timer-worker]')?.content;
  const service = new URL('service-worker.js', base).href;
  const timers = named === undefined ? undefined : new URL(named, base).href;
  const types = 'trustedTypes' in page ? page.trustedTypes : undefined;
  if (!isTrustedTypes(types)) return { service, timers };
  const known = [service, timers];
  const policy = types.createPolicy(POLICY, {
    createScriptURL(url) {
      if (!known.includes(url)) throw new TypeError(`no worker of this page: ${url}`);
      return url;
    },
  });
  return {
    service: policy.createScriptURL(service),
    timers: timers === undefined ? undefined : policy.createScriptURL(timers),
  };
}

function isTrustedTypes(value: unknown): value is TrustedTypes {
  return typeof value === 'object' && value !== null && 'createPolicy' in value;
}
