/** Which payment providers call back, and how their callbacks are checked. */

import { between, FLAG, listOf, matching } from '../formats.ts';
import { isSecret, MIN_SECRET_BYTES } from '../secrets.ts';

const CHECKS = ['none', 'hmac'] as const;
export type PaymentCheck = (typeof CHECKS)[number];

const PROVIDERS = ['own', 'wechat', 'alipay'] as const;
export type ConfiguredProvider = (typeof PROVIDERS)[number];
const isProvider = (word: string) => PROVIDERS.some((one) => one === word);

/** Within the alphabet of what is compared with it. */
const ID = '[A-Za-z0-9_-]{1,64}';
const idOrNone = matching(new RegExp(`^(${ID})?$`), 'up to 64 of A-Z a-z 0-9 _ -');
const isId = (word: string) => new RegExp(`^${ID}$`).test(word);

const API_V3_KEY_BYTES = 32;

function apiV3Key(value: unknown): void {
  if (value !== '' && Buffer.byteLength(String(value)) !== API_V3_KEY_BYTES) {
    throw new Error(`must have exactly ${API_V3_KEY_BYTES} bytes`);
  }
}

export const paymentsSection = {
  providers: {
    doc: 'Whose callbacks are accepted: any of `own`, `wechat`, `alipay`, separated by commas.',
    format: listOf('providers', `a list of ${PROVIDERS.join(', ')}`, isProvider),
    default: ['own'] as ConfiguredProvider[],
    env: 'PAYMENTS_PROVIDERS',
  },
  verify: {
    doc: 'How callbacks of the provider `own` are checked: `hmac`, by their signature; `none`, in production only with `ALLOW_UNSIGNED_PAYMENTS=true`.',
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
    doc: 'The secret of at least 32 random bytes that callbacks of the provider `own` are signed with, another than `auth.secret`; for Standard Webhooks `whsec_` and base64; while it is changed both, separated by a comma.',
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
  wechat: {
    apiV3Key: {
      doc: 'The APIv3 key of 32 bytes that the notices of WeChat Pay are sealed with. Required with the provider `wechat`.',
      format: apiV3Key,
      default: '',
      env: 'PAYMENTS_WECHAT_API_V3_KEY',
      sensitive: true,
    },
    keys: {
      doc: "WeChat Pay's platform certificates and public keys, as `SERIAL=file.pem`, separated by commas; during a switch both. Required with `wechat`.",
      format: listOf('wechat-keys', 'a list of SERIAL=file.pem', (item) =>
        /^[A-Za-z0-9_]{1,128}=./.test(item),
      ),
      default: [] as string[],
      env: 'PAYMENTS_WECHAT_KEYS',
    },
    mchid: {
      doc: 'The merchant whose payments are accepted. Required with `wechat`.',
      format: idOrNone,
      default: '',
      env: 'PAYMENTS_WECHAT_MCHID',
    },
    appid: {
      doc: 'The application of the payments; several, separated by commas. Required with `wechat`.',
      format: listOf('appids', 'a list of application ids', isId),
      default: [] as string[],
      env: 'PAYMENTS_WECHAT_APPID',
    },
    subMchid: {
      doc: 'For a service provider: the sub-merchants whose payments are accepted, separated by commas. `mchid` and `appid` are then those of the service provider.',
      format: listOf('sub-mchids', 'a list of merchant ids', isId),
      default: [] as string[],
      env: 'PAYMENTS_WECHAT_SUB_MCHID',
    },
    subAppid: {
      doc: 'For a service provider: the applications of the sub-merchants. A payment may name one of these, or none.',
      format: listOf('sub-appids', 'a list of application ids', isId),
      default: [] as string[],
      env: 'PAYMENTS_WECHAT_SUB_APPID',
    },
  },
  alipay: {
    publicKeyFile: {
      doc: "The file of Alipay's public key, or of its certificate; while it is changed both, separated by a comma. Required with the provider `alipay`.",
      format: listOf('alipay-keys', 'a list of files', (item) => item !== ''),
      default: [] as string[],
      env: 'PAYMENTS_ALIPAY_PUBLIC_KEY_FILE',
    },
    appId: {
      doc: 'The application whose payments are accepted. Required with `alipay`.',
      format: idOrNone,
      default: '',
      env: 'PAYMENTS_ALIPAY_APP_ID',
    },
    sellerId: {
      doc: 'The seller whose payments are accepted. Required with `alipay`.',
      format: idOrNone,
      default: '',
      env: 'PAYMENTS_ALIPAY_SELLER_ID',
    },
  },
};
