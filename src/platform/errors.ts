/**
 * The errors that cross a room's border. Guarantees a closed set of codes, so that an edge can decide by
 * `code` and never by message. Expected outcomes are not errors: they are unions that the callee returns.
 */

import { withoutSecrets } from './redact.ts';

export type AppErrorCode =
  | 'address-refused'
  | 'broker-unavailable'
  | 'busy'
  | 'check-failed'
  | 'config-invalid'
  | 'database-unavailable'
  | 'keys-unavailable'
  | 'not-found'
  | 'publish-nacked'
  | 'publish-returned'
  | 'publish-unencodable'
  | 'publish-unconfirmed'
  | 'port-taken'
  | 'runtime-unfit'
  | 'session-refused'
  | 'session-replaced'
  | 'schema-mismatch'
  | 'deadline-passed';

/** An error with a code to decide by, a message for the operator and the error that caused it. */
export class AppError extends Error {
  readonly code: AppErrorCode;

  constructor(code: AppErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'AppError';
    this.code = code;
  }
}

/**
 * The message of whatever was thrown, without passwords; an `AggregateError` (a refused dual-stack connection) says its
 * parts.
 */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') {
    return error.errors.map(messageOf).join('; ');
  }
  // OpenSSL ends its messages with a line feed.
  return withoutSecrets(error instanceof Error ? error.message : String(error)).trimEnd();
}
