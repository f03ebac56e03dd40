/**
 * The errors of the local stack. Guarantees that a message is for the person at the terminal: one clear line, and
 * under it at most the tail of a server's log.
 */

export type StackErrorCode =
  | 'aborted'
  | 'command-failed'
  | 'engine-missing'
  | 'image-missing'
  | 'lock-held'
  | 'port-taken'
  | 'programs-missing'
  | 'server-failed'
  | 'state-unusable';

export class StackError extends Error {
  readonly code: StackErrorCode;

  constructor(code: StackErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'StackError';
    this.code = code;
  }
}
