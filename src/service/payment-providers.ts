/** The payment providers that are configured, with their keys read. */

import type { Config } from '../config/config.ts';
import type { PaymentProvider } from '../domain/payment-provider.ts';
import { createAlipayProvider } from '../payments/alipay.ts';
import { createOwnProvider } from '../payments/own.ts';
import { readKeysBySerial, readVerificationKey } from '../payments/verification-keys.ts';
import { createWechatProvider } from '../payments/wechat.ts';

type Open = (payments: Config['payments'], ownReply: PaymentProvider['reply']) => PaymentProvider;

const OPEN: Record<PaymentProvider['name'], Open> = {
  own: ({ verify, secrets, windowSeconds }, reply) =>
    createOwnProvider({ ...(verify === 'hmac' ? { signatures: { secrets, windowSeconds } } : {}), reply }),
  wechat({ wechat }) {
    const keys = readKeysBySerial('payments.wechat.keys', wechat.keys);
    return createWechatProvider({
      apiV3Key: wechat.apiV3Key,
      mchid: wechat.mchid,
      appids: wechat.appid,
      subMchids: wechat.subMchid,
      subAppids: wechat.subAppid,
      keys: new Map([...keys].map(([serial, { key }]) => [serial, key])),
    });
  },
  alipay({ alipay: { publicKeyFile, appId, sellerId } }) {
    const read = (file: string) => readVerificationKey('payments.alipay.publicKeyFile', file).key;
    return createAlipayProvider({ keys: publicKeyFile.map(read), appId, sellerId });
  },
};

/** Throws `config-invalid` where a key file has no key. `ownReply` answers callbacks of our own form. */
export function openProviders(
  payments: Config['payments'],
  ownReply: PaymentProvider['reply'],
): PaymentProvider[] {
  return payments.providers.map((name) => OPEN[name](payments, ownReply));
}
