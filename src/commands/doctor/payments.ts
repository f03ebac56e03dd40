/** Whether the callbacks of each payment provider can be checked, and for how long still. */

import type { Config } from '../../config/config.ts';
import {
  readKeysBySerial,
  readVerificationKey,
  type VerificationKey,
} from '../../payments/verification-keys.ts';
import { messageOf } from '../../platform/errors.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

const CHECK = 'payments';

/** `now` in milliseconds since 1970. Of the provider `own` there is nothing to look at but what `access` says. */
export function examinePayments(payments: Config['payments'], now: number): Finding[] {
  return payments.providers.flatMap((provider) => EXAMINE[provider](payments, now));
}

type Examine = (payments: Config['payments'], now: number) => Finding[];

const EXAMINE: Record<Config['payments']['providers'][number], Examine> = {
  own: () => [],
  wechat: ({ wechat }, now) =>
    examineKeys('payments.wechat.keys', 'PAYMENTS_WECHAT_KEYS', now, (setting) => [
      ...readKeysBySerial(setting, wechat.keys).values(),
    ]),
  alipay: ({ alipay }, now) =>
    examineKeys('payments.alipay.publicKeyFile', 'PAYMENTS_ALIPAY_PUBLIC_KEY_FILE', now, (setting) =>
      alipay.publicKeyFile.map((file) => readVerificationKey(setting, file)),
    ),
};

function examineKeys(
  setting: string,
  variable: string,
  now: number,
  read: (setting: string) => VerificationKey[],
): Finding[] {
  try {
    return read(setting).map((key) => keyFinding(setting, key, now));
  } catch (error) {
    return [fail(CHECK, messageOf(error), `see ${variable}`)];
  }
}

const DAY_MS = 86_400_000;

/** A provider announces the next key long before; the month is for ordering it, and for a holiday. */
const SOON_DAYS = 30;

export function keyFinding(setting: string, { file, validTo }: VerificationKey, now: number): Finding {
  if (validTo === undefined) return ok(CHECK, `${setting}: ${file} is a public key`);
  const days = Math.floor((validTo.getTime() - now) / DAY_MS);
  const says = `${setting}: the certificate ${file} is valid until ${validTo.toISOString()}`;
  const todo = 'put the next one beside it, and restart the service, which reads them at its start';
  if (days < 0) return warn(CHECK, `${says}, which has passed`, todo);
  return days < SOON_DAYS ? warn(CHECK, `${says}, for ${days} days`, todo) : ok(CHECK, says);
}
