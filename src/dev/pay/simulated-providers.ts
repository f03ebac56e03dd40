/** WeChat Pay and Alipay for development: keys of our own, made once and kept beside the data, and what they sign. */

import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomUUID,
} from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { keptPassword } from '../secret.ts';
import { alipayCallback, alipayTime } from './alipay-callback.ts';
import { type Callback, chineseTime, wechatCallback } from './wechat-callback.ts';

const SERIAL = 'PUB_KEY_ID_SIMULATED';
const MCHID = '1900000001';
const APPID = 'wxsimulated';
const ALIPAY_APP = '2021000000000001';
const SELLER = '2088000000000001';

const KEY_CHARACTERS = 32;

/** What is paid, or paid back. */
export interface SimulatedPayment {
  /** Of the order. */
  number: string;
  /** In fen. */
  amount: number;
  transaction: string;
  shop?: string;
  /** In fen: what goes back of it in all; without it, it is a payment. */
  refund?: number;
}

export interface SimulatedProviders {
  /** Variables of a service that takes their callbacks. */
  env: Record<string, string>;
  wechat(payment: SimulatedPayment, now: number): Callback;
  alipay(payment: SimulatedPayment, now: number): Callback;
}

/** Keeps its keys in `dir`, which is made where it is missing. */
export function openSimulatedProviders(dir: string): SimulatedProviders {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const wechatKey = keptKey(dir, 'wechat');
  const alipayKey = keptKey(dir, 'alipay');
  const apiV3Key = keptPassword(join(dir, 'wechat-api-v3-key')).slice(0, KEY_CHARACTERS);
  return {
    env: {
      PAYMENTS_PROVIDERS: 'own,wechat,alipay',
      PAYMENTS_WECHAT_API_V3_KEY: apiV3Key,
      PAYMENTS_WECHAT_KEYS: `${SERIAL}=${join(dir, 'wechat.pub.pem')}`,
      PAYMENTS_WECHAT_MCHID: MCHID,
      PAYMENTS_WECHAT_APPID: APPID,
      PAYMENTS_ALIPAY_PUBLIC_KEY_FILE: join(dir, 'alipay.pub.pem'),
      PAYMENTS_ALIPAY_APP_ID: ALIPAY_APP,
      PAYMENTS_ALIPAY_SELLER_ID: SELLER,
    },
    wechat: (payment, now) =>
      wechatCallback({ serial: SERIAL, privateKey: wechatKey, apiV3Key }, wechatEvent(payment, now), now),
    alipay: (payment, now) => alipayCallback(alipayKey, alipayFields(payment, now)),
  };
}

function keptKey(dir: string, name: string): KeyObject {
  const file = join(dir, `${name}.key.pem`);
  if (!existsSync(file)) {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  }
  const key = createPrivateKey(readFileSync(file));
  writeFileSync(join(dir, `${name}.pub.pem`), createPublicKey(key).export({ type: 'spki', format: 'pem' }));
  return key;
}

function wechatEvent({ number, amount, transaction, shop, refund }: SimulatedPayment, now: number) {
  const common = {
    mchid: MCHID,
    out_trade_no: number,
    transaction_id: transaction,
    success_time: chineseTime(now),
  };
  const id = randomUUID();
  if (refund !== undefined) {
    const back = {
      refund_id: `${transaction}-back`,
      refund_status: 'SUCCESS',
      amount: { total: amount, refund },
    };
    return { type: 'REFUND.SUCCESS', id, resource: { ...common, ...back } };
  }
  const attach = shop === undefined ? {} : { attach: `shop=${shop}` };
  const paid = {
    appid: APPID,
    trade_state: 'SUCCESS',
    ...attach,
    amount: { total: amount, currency: 'CNY' },
  };
  return { type: 'TRANSACTION.SUCCESS', id, resource: { ...common, ...paid } };
}

function alipayFields({ number, amount, transaction, shop, refund }: SimulatedPayment, now: number) {
  const yuan = (fen: number) => `${Math.floor(fen / 100)}.${String(fen % 100).padStart(2, '0')}`;
  return {
    notify_time: alipayTime(now),
    notify_type: 'trade_status_sync',
    notify_id: randomUUID(),
    charset: 'utf-8',
    version: '1.0',
    app_id: ALIPAY_APP,
    seller_id: SELLER,
    out_trade_no: number,
    trade_no: transaction,
    trade_status: refund === amount ? 'TRADE_CLOSED' : 'TRADE_SUCCESS',
    total_amount: yuan(amount),
    gmt_payment: alipayTime(now),
    ...(shop === undefined ? {} : { passback_params: `shop=${shop}` }),
    ...(refund === undefined ? {} : { refund_fee: yuan(refund), gmt_refund: alipayTime(now) }),
  };
}
