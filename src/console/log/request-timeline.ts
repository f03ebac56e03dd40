/** Asks the service what became of one order, step by step. Guarantees that each step has a time and a name. */

import { askService, isObject, type ServiceAccess } from './ask-service.ts';

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

/** What it returns rejects where there is no answer of the service, or none that can be shown. */
export function createStepReader(service: ServiceAccess): FetchTimeline {
  return async (orderId) => {
    const path = `orders/${encodeURIComponent(orderId)}/timeline`;
    const { data } = await askService(service, path, { shop: service.shop });
    const steps = isObject(data) ? data.steps : undefined;
    if (!Array.isArray(steps) || !steps.every(isStep)) throw new Error('the timeline could not be read');
    return steps;
  };
}

function isStep(value: unknown): value is OrderStep {
  return isObject(value) && typeof value.what === 'string' && !Number.isNaN(Date.parse(String(value.at)));
}
