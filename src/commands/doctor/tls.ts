/** Whether the service's own certificate can be used, and for how long still. */

import { messageOf } from '../../platform/errors.ts';
import { checkServerTls, type ServerTlsFiles } from '../../platform/tls-files.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

const CHECK = 'tls';

/** `now` in milliseconds since 1970. Nothing is found where the service does not speak TLS. */
export function examineTls(files: ServerTlsFiles, now: number): Finding[] {
  try {
    const certificate = checkServerTls(files);
    return certificate === undefined ? [] : [validityFinding(certificate.validTo, now)];
  } catch (error) {
    return [fail(CHECK, messageOf(error), 'see TLS_KEY, TLS_CERT and TLS_PASSPHRASE')];
  }
}

const DAY_MS = 86_400_000;

/** What renews certificates does so earlier. */
const SOON_DAYS = 14;

export function validityFinding(validTo: Date, now: number): Finding {
  const days = Math.floor((validTo.getTime() - now) / DAY_MS);
  const says = `the certificate of tls.cert is valid until ${validTo.toISOString()}`;
  const todo = 'renew it, and restart the service, which reads it at its start';
  if (days < 0) return fail(CHECK, `${says}, which has passed`, todo);
  return days < SOON_DAYS ? warn(CHECK, `${says}, for ${days} days`, todo) : ok(CHECK, says);
}
