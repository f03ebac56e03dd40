/** Asks the service for what it tells any console. Guarantees that what is asked at the same time is asked once. */

export interface ServiceSettings {
  /** By which browsers subscribe to Web Push; undefined where the service has none. */
  readonly vapidPublicKey: string | undefined;
  /** Where an order is shown, with its id to be filled in; undefined where there is no such place. */
  readonly orderUrl: string | undefined;
}

export interface SettingsReaderOptions {
  /** Where the service is; its routes lie under it. */
  base: URL;
  fetch: typeof fetch;
}

/** What it returns rejects where the service does not answer. */
export type ReadSettings = () => Promise<ServiceSettings>;

const TIMEOUT_MS = 15_000;

export function createSettingsReader({ base, fetch }: SettingsReaderOptions): ReadSettings {
  let asked: Promise<ServiceSettings> | undefined;

  async function ask(): Promise<ServiceSettings> {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const answer = await fetch(new URL('console.json', base), { cache: 'no-store', signal });
    const body: unknown = await answer.json();
    if (!answer.ok) throw new Error(`the settings could not be read: status ${answer.status}`);
    const data = fieldsOf(fieldsOf(body).data);
    return { vapidPublicKey: textOf(data.vapidPublicKey), orderUrl: textOf(data.orderUrl) };
  }

  return () => {
    asked ??= ask().finally(() => {
      asked = undefined;
    });
    return asked;
  };
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
