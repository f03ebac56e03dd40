/** What a broker refuses, and what to do about it: which refusals do not pass by waiting, in one set of words. */

import { AppError, messageOf } from '../platform/errors.ts';
import { isCertificateFault } from '../platform/tls-files.ts';
import { locationOf } from '../platform/url-list.ts';

/** What amqplib says of a virtual host that is not there, or not for this user: it does not give the broker's reason. */
const NO_VHOST = /NOT[-_]ALLOWED|Expected ConnectionOpenOk/;

const REFUSALS: readonly { pattern: RegExp; todo: string }[] = [
  {
    pattern: NO_VHOST,
    todo: 'see whether the vhost in AMQP_URL is there and for this user; the default one is written %2f',
  },
  {
    pattern: /ACCESS[-_]REFUSED.*\b(exchange|queue)\b/,
    todo: 'give the user the permissions to configure, write and read what AMQP_PREFIX begins',
  },
  { pattern: /ACCESS[-_]REFUSED/, todo: 'see the user and the password in AMQP_URL' },
  {
    pattern: /PRECONDITION[-_]FAILED/,
    todo: 'empty and delete what differs, and it is declared anew; or set AMQP_PREFIX to names of our own',
  },
];

/**
 * What to do about what does not pass by waiting: wrong credentials, no vhost, no permission, other arguments than ours,
 * no trust. Undefined for what may pass, such as a broker that is not there yet.
 */
export function adviseRefusal(error: unknown): string | undefined {
  if (isCertificateFault(error)) return 'amqp.caFile names who signed its certificate';
  const message = messageOf(error);
  return REFUSALS.find(({ pattern }) => pattern.test(message))?.todo;
}

/** The error in a line, with what to do about it where that is known. */
function withAdvice(error: unknown): string {
  const message = messageOf(error);
  const todo = adviseRefusal(error);
  return todo === undefined ? message : `${message} (${todo})`;
}

/** Why no broker lets us in, by its URL: of one its reason alone, of several each with its address. */
export function unavailable(failures: ReadonlyMap<string, unknown>): AppError {
  const reasons = [...failures].map(([url, error]) => {
    return failures.size === 1 ? withAdvice(error) : `${locationOf(url)}: ${withAdvice(error)}`;
  });
  const [cause] = failures.values();
  return new AppError('broker-unavailable', `RabbitMQ: ${reasons.join('; ') || 'no answer'}`, cause);
}
