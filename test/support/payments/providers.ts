/** Two providers with keys of a test's own, and the notices that they send. */

import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { alipayCallback, alipayTime, type Encode } from '../../../src/dev/pay/alipay-callback.ts';
import { type Callback, chineseTime, wechatCallback } from '../../../src/dev/pay/wechat-callback.ts';

export const MCHID = '1230000109';
export const APPID = 'wxd678efh567hg6787';
export const API_V3_KEY = 'v3key0of1thirty2two3bytes4here5!';
export const SERIAL = 'PUB_KEY_ID_0112300001092025030600000001';
export const APP_ID = '2014072300007148';
export const SELLER_ID = '2088101106499364';

export interface RsaPair {
  publicKey: KeyObject;
  privateKey: KeyObject;
}

export function rsaPair(bits = 2048): RsaPair {
  return generateKeyPairSync('rsa', { modulusLength: bits });
}

/** Made once a process: each takes about 100 ms. */
export const wechatPair = rsaPair();
export const alipayPair = rsaPair();
export const strangersPair = rsaPair();

export const pem = ({ publicKey }: RsaPair) => publicKey.export({ type: 'spki', format: 'pem' }).toString();

export const NOW = Date.UTC(2025, 2, 6, 9, 14, 35);

export function transaction(over: object = {}) {
  return {
    mchid: MCHID,
    appid: APPID,
    out_trade_no: '2025030617143500001',
    transaction_id: '4200001836202503061234567890',
    trade_type: 'JSAPI',
    trade_state: 'SUCCESS',
    trade_state_desc: '支付成功',
    bank_type: 'OTHERS',
    attach: '',
    success_time: chineseTime(NOW),
    payer: { openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o' },
    amount: { total: 4200, payer_total: 4200, currency: 'CNY', payer_currency: 'CNY' },
    ...over,
  };
}

export const SUB_MCHID = '1900000109';
export const SUB_APPID = 'wx-of-the-shop';

/** What the notices of a service provider have in the place of `mchid` and `appid`; a refund names no application. */
export const PARTNER = {
  mchid: undefined,
  appid: undefined,
  sp_mchid: MCHID,
  sp_appid: APPID,
  sub_mchid: SUB_MCHID,
};

export function wechatRefund(over: object = {}) {
  return {
    mchid: MCHID,
    out_trade_no: '2025030617143500001',
    transaction_id: '4200001836202503061234567890',
    out_refund_no: 'r-1',
    refund_id: '50000000382019052709732678859',
    refund_status: 'SUCCESS',
    success_time: chineseTime(NOW),
    user_received_account: '招商银行信用卡0403',
    amount: { total: 4200, refund: 4200, payer_total: 4200, payer_refund: 4200 },
    ...over,
  };
}

export interface WechatOptions {
  type?: string;
  now?: number;
  pair?: RsaPair;
  serial?: string;
  apiV3Key?: string;
  id?: string;
}

export function wechatNotice(resource: object = transaction(), options: WechatOptions = {}): Callback {
  const { pair = wechatPair, serial = SERIAL, apiV3Key = API_V3_KEY, now = NOW } = options;
  const { type = 'TRANSACTION.SUCCESS', id = 'EV-2018022511223320873' } = options;
  return wechatCallback({ serial, privateKey: pair.privateKey, apiV3Key }, { type, resource, id }, now);
}

export function trade(over: Record<string, string> = {}): Record<string, string> {
  return {
    notify_time: alipayTime(NOW),
    notify_type: 'trade_status_sync',
    notify_id: 'ac05099524730693a8b330c5ecf72da9786',
    charset: 'utf-8',
    version: '1.0',
    app_id: APP_ID,
    seller_id: SELLER_ID,
    out_trade_no: '2025030617143500001',
    trade_no: '2013112011001004330000121536',
    trade_status: 'TRADE_SUCCESS',
    total_amount: '42.00',
    receipt_amount: '42.00',
    buyer_logon_id: '159****5620',
    subject: '外卖 订单',
    body: '',
    gmt_create: alipayTime(NOW - 5_000),
    gmt_payment: alipayTime(NOW),
    fund_bill_list: '[{"amount":"42.00","fundChannel":"ALIPAYACCOUNT"}]',
    ...over,
  };
}

export function alipayNotice(
  fields: Record<string, string> = trade(),
  { pair = alipayPair, encode }: { pair?: RsaPair; encode?: Encode } = {},
): Callback {
  return alipayCallback(pair.privateKey, fields, encode);
}
