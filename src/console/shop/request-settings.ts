/** Asks the service for what it tells any console. Guarantees that what is asked at the same time is asked once. */

import { callService, isObject, type ServiceAccess } from '../log/ask-service.ts';

export interface ServiceSettings {
  /** By which browsers subscribe to Web Push; undefined where the service has none. */
  readonly vapidPublicKey: string | undefined;
  /** Where an order is shown, with its id to be filled in; undefined where there is no such place. */
  readonly orderUrl: string | undefined;
}

/** What it returns rejects where the service does not answer. */
export type ReadSettings = () => Promise<ServiceSettings>;

export function createSettingsReader(service: Pick<ServiceAccess, 'base' | 'fetch'>): ReadSettings {
  let asked: Promise<ServiceSettings> | undefined;

  async function ask(): Promise<ServiceSettings> {
    const { status, data } = await callService({ ...service, token: () => undefined }, 'console.json');
    // Without an envelope it is not the service's own answer.
    if (status !== 200 || data === undefined) throw new Error(`the settings could not be read: ${status}`);
    const { vapidPublicKey, orderUrl } = isObject(data) ? data : {};
    return { vapidPublicKey: textOf(vapidPublicKey), orderUrl: textOf(orderUrl) };
  }

  return () => {
    asked ??= ask().finally(() => {
      asked = undefined;
    });
    return asked;
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
