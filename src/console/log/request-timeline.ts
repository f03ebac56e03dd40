/** Asks the service what became of one order, step by step. Guarantees that each step has a time and a name. */

import { isObject, type ServiceAccess } from './request-page.ts';

/** A later version may have steps, and fields of them, that this page does not know. */
export interface OrderStep {
  /** ISO 8601, in UTC. */
  readonly at: string;
  readonly what: string;
  /** The till. */
  readonly sid?: unknown;
  readonly targets?: unknown;
  readonly target?: unknown;
  readonly state?: unknown;
  readonly reason?: unknown;
}

export type FetchTimeline = (orderId: number | string) => Promise<readonly OrderStep[]>;

const TIMEOUT_MS = 15_000;

/** What it returns rejects where there is no answer of the service, or none that can be shown. */
export function createStepReader({ base, shop, token, fetch }: ServiceAccess): FetchTimeline {
  return async (orderId) => {
    const url = new URL(`orders/${encodeURIComponent(orderId)}/timeline`, base);
    url.search = String(new URLSearchParams({ shop }));
    const bearer = token();
    const answer = await fetch(url, {
      headers: bearer === undefined ? {} : { Authorization: `Bearer ${bearer}` },
      cache: 'no-store',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const body: unknown = await answer.json().catch(() => undefined);
    const data = isObject(body) ? body.data : undefined;
    const steps = isObject(data) ? data.steps : undefined;
    if (!answer.ok || !Array.isArray(steps) || !steps.every(isStep)) {
      throw new Error(`the timeline could not be read: status ${answer.status}`);
    }
    return steps;
  };
}

function isStep(value: unknown): value is OrderStep {
  return isObject(value) && typeof value.what === 'string' && !Number.isNaN(Date.parse(String(value.at)));
}
