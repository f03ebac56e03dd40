/** What the settings of payment providers must not say together. Whether a key file holds a key is looked at when it is read. */

import type { ConfiguredProvider } from './sections/payments.ts';

const MAX_SECRETS = 2;
const MIN_WEBHOOK_KEY_BYTES = 32;

export interface PaymentsConfig {
  readonly providers: readonly ConfiguredProvider[];
  readonly verify: 'none' | 'hmac';
  readonly secrets: readonly string[];
  readonly wechat: {
    readonly apiV3Key: string;
    readonly keys: readonly string[];
    readonly mchid: string;
    readonly appid: readonly string[];
    readonly subMchid: readonly string[];
    readonly subAppid: readonly string[];
  };
  readonly alipay: {
    readonly publicKeyFile: readonly string[];
    readonly appId: string;
    readonly sellerId: string;
  };
}

/** One line for each thing that does not go together, `key: rule`. Each value by itself is right already. */
export function paymentFaults(payments: PaymentsConfig, authSecret: string): string[] {
  const { providers } = payments;
  const faults = new Set(providers).size < providers.length ? ['payments.providers: names one twice'] : [];
  if (providers.includes('own')) faults.push(...ownFaults(payments, authSecret));
  if (providers.includes('wechat')) faults.push(...wechatFaults(payments.wechat));
  if (providers.includes('alipay')) faults.push(...missing('alipay', payments.alipay));
  return faults;
}

function ownFaults({ verify, secrets }: PaymentsConfig, authSecret: string): string[] {
  const faults: string[] = [];
  if (verify === 'hmac' && secrets.length === 0) {
    faults.push('payments.verify: hmac needs a secret in PAYMENTS_SECRETS');
  }
  if (secrets.includes(authSecret)) {
    faults.push('payments.secrets: must not be AUTH_SECRET: a sender of payments could make tokens');
  }
  if (secrets.length > MAX_SECRETS) faults.push(`payments.secrets: may be ${MAX_SECRETS} at the most`);
  if (secrets.some((secret) => secret.startsWith('whsec_') && !isWebhookKey(secret.slice('whsec_'.length)))) {
    faults.push(
      `payments.secrets: whsec_ must be followed by at least ${MIN_WEBHOOK_KEY_BYTES} bytes in base64`,
    );
  }
  return faults;
}

function isWebhookKey(text: string): boolean {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text && bytes.length >= MIN_WEBHOOK_KEY_BYTES;
}

function wechatFaults(wechat: PaymentsConfig['wechat']): string[] {
  const serials = wechat.keys.map((entry) => entry.split('=')[0]?.toUpperCase());
  const twice = serials.find((serial, index) => serials.indexOf(serial) < index);
  const { subMchid, subAppid, ...required } = wechat;
  const isAlone = subAppid.length > 0 && subMchid.length === 0;
  return [
    ...missing('wechat', required),
    ...(isAlone ? ['payments.wechat.subAppid: needs the sub-merchants in PAYMENTS_WECHAT_SUB_MCHID'] : []),
    ...(twice === undefined ? [] : [`payments.wechat.keys: the serial ${twice} stands twice`]),
  ];
}

/** A provider needs each of its settings. */
function missing(provider: ConfiguredProvider, settings: object): string[] {
  return Object.entries(settings)
    .filter(([, value]) => value.length === 0)
    .map(([name]) => `payments.${provider}.${name}: is required with the provider ${provider}`);
}
