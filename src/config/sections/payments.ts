/** How callbacks of a payment provider are checked. */

import { between, FLAG, listOf } from '../formats.ts';
import { isSecret, MIN_SECRET_BYTES } from '../secrets.ts';

const CHECKS = ['none', 'hmac'] as const;
export type PaymentCheck = (typeof CHECKS)[number];

export const paymentsSection = {
  verify: {
    doc: 'How payment callbacks are checked: `hmac`, by their signature; `none`, in production only with `ALLOW_UNSIGNED_PAYMENTS=true`.',
    format: [...CHECKS],
    default: 'none' as PaymentCheck,
    env: 'PAYMENTS_VERIFY',
  },
  allowUnsigned: {
    doc: '`true` lets the service start in production although `payments.verify` is `none`.',
    format: FLAG,
    default: false,
    env: 'ALLOW_UNSIGNED_PAYMENTS',
  },
  secrets: {
    doc: 'The secret of at least 32 random bytes that callbacks are signed with, another than `auth.secret`; while it is changed both, separated by a comma.',
    format: listOf(
      'payment-secrets',
      `a list of secrets of at least ${MIN_SECRET_BYTES} bytes that cannot be guessed`,
      isSecret,
    ),
    default: [] as string[],
    env: 'PAYMENTS_SECRETS',
    sensitive: true,
  },
  windowSeconds: {
    doc: 'How far the time of a signature may be from ours, in either direction.',
    format: between(1, 3600),
    default: 300,
    env: 'PAYMENTS_WINDOW_SECONDS',
  },
};
