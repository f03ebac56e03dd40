/**
 * Calls the service, and asks it for something of the shop. Guarantees that an answer which never comes ends, and that what a person
 * has to mend first is told apart from what may pass.
 */

/** What a request to the service needs. */
export interface ServiceAccess {
  /** Where the service is; its routes lie under it. */
  base: URL;
  shop: string;
  /** Undefined where there is none. */
  token(): string | undefined;
  fetch: typeof fetch;
}

/** The service understood, and will not: another try brings nothing until something else is asked. */
export class LogRefused extends Error {
  readonly reason: 'unauthenticated' | 'removed' | 'forbidden' | 'invalid';

  constructor(reason: LogRefused['reason'], message: string) {
    super(message);
    this.name = 'LogRefused';
    this.reason = reason;
  }
}

export interface ServiceAnswer {
  /** What the envelope holds; undefined where there is none. */
  readonly data: unknown;
  /** The service's time, as JSON or a header has it. */
  readonly time: string | undefined;
}

const TIMEOUT_MS = 15_000;
const REFUSALS: Readonly<Record<number, LogRefused['reason']>> = {
  401: 'unauthenticated',
  403: 'forbidden',
  422: 'invalid',
};

/** As it came: whether it is the expected one is for the caller to say. */
export interface ServiceReply {
  readonly status: number;
  /** Of the envelope; undefined where there is none, or none of ours. */
  readonly message: unknown;
  readonly reason: unknown;
  readonly data: unknown;
  /** The header. */
  readonly date: string | null;
}

/** Rejects where there is no answer. `path` is below `base`. */
export async function callService(
  { base, token, fetch }: Omit<ServiceAccess, 'shop'>,
  path: string,
  init: Pick<RequestInit, 'method' | 'body'> = {},
): Promise<ServiceReply> {
  const bearer = token();
  const answer = await fetch(new URL(path, base), {
    ...init,
    headers: bearer === undefined ? {} : { Authorization: `Bearer ${bearer}` },
    cache: 'no-store',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const body: unknown = await answer.json().catch(() => undefined);
  const { msg: message, data, reason } = isObject(body) ? body : {};
  return { status: answer.status, message, reason, data, date: answer.headers.get('Date') };
}

/** Rejects with `LogRefused`, or with an error that may pass. `path` is below `base`. */
export async function askService(
  service: Omit<ServiceAccess, 'shop'>,
  path: string,
  query: Readonly<Record<string, string>>,
): Promise<ServiceAnswer> {
  const asked = await callService(service, `${path}?${new URLSearchParams(query)}`);
  const { status, reason, data } = asked;
  const message = typeof asked.message === 'string' ? asked.message : `status ${status}`;
  const refused = reason === 'till-removed' ? 'removed' : REFUSALS[status];
  if (refused !== undefined) throw new LogRefused(refused, message);
  if (status < 200 || status > 299) throw new Error(`the service has no answer: ${message}`);
  const time = isObject(data) && typeof data.now === 'string' ? data.now : asked.date;
  return { data, time: time ?? undefined };
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
