/**
 * WeChat Pay API v3: https://pay.weixin.qq.com/doc/v3/merchant/4012791861. Guarantees that a notice is read only if it was
 * signed within five minutes of our clock by one of the keys that are configured, and that its resource was sealed with our
 * APIv3 key, tag included. Whatever is wrong before that has one refusal, and each takes one check of a signature.
 */

import { type KeyObject, verify } from 'node:crypto';
import { comesAgain } from '../domain/incident-kinds.ts';
import type {
  CallbackOutcome,
  NoticeRead,
  PaymentProvider,
  ProviderReply,
} from '../domain/payment-provider.ts';
import { decodeExactly } from './exact-base64.ts';
import { readWechatNotice, type WechatMerchant } from './wechat-notice.ts';

export interface WechatSettings extends WechatMerchant {
  /** By what stands in `Wechatpay-Serial`: platform certificates, and public keys, which sign both during a switch. */
  readonly keys: ReadonlyMap<string, KeyObject>;
}

const WINDOW_SECONDS = 300;
/** What WeChat Pay signs on purpose with what is no signature. */
const PROBE = 'WECHATPAY/SIGNTEST/';

export function createWechatProvider(settings: WechatSettings): PaymentProvider {
  // Serves where no key has the serial, so that an unknown one takes as long as a false signature.
  const [standIn] = settings.keys.values();
  if (standIn === undefined) throw new Error('WeChat Pay has no key');
  return {
    name: 'wechat',
    route: '/payments/wechat/notify',
    headers: ['wechatpay-serial', 'wechatpay-signature', 'wechatpay-timestamp', 'wechatpay-nonce'],
    isSigned: true,
    patienceSeconds: 5,
    read(headers, body, now) {
      const signature = headers['wechatpay-signature'] ?? '';
      if (!isGenuine(headers, body, settings.keys, standIn)) {
        return refused(signature.startsWith(PROBE) ? 'probe' : 'unverified');
      }
      const apart = Math.abs(now / 1000 - Number(headers['wechatpay-timestamp']));
      if (apart > WINDOW_SECONDS) return refused('unverified');
      return { ok: true, verified: readWechatNotice(body, settings, now) };
    },
    reply,
  };
}

/** Checks one signature, whatever is wrong with the headers. */
function isGenuine(
  headers: Readonly<Record<string, string>>,
  body: Uint8Array,
  keys: WechatSettings['keys'],
  standIn: KeyObject,
): boolean {
  const { 'wechatpay-timestamp': time = '', 'wechatpay-nonce': nonce = '' } = headers;
  const key = keys.get(headers['wechatpay-serial'] ?? '');
  const signature = decodeExactly(headers['wechatpay-signature'] ?? '');
  const isWellFormed = /^[0-9]{1,12}$/.test(time) && /^[!-~]{1,128}$/.test(nonce);
  const message = Buffer.concat([Buffer.from(`${time}\n${nonce}\n`), body, Buffer.from('\n')]);
  const matches = verify('sha256', message, key ?? standIn, signature ?? Buffer.alloc(256));
  return matches && key !== undefined && signature !== undefined && isWellFormed;
}

function refused(reason: 'probe' | 'unverified'): NoticeRead {
  return { ok: false, reason, message: 'the signature does not match' };
}

/** The status outranks the body: 204 ends it, and after any other one WeChat Pay comes again for a day. */
function reply(outcome: CallbackOutcome): ProviderReply {
  switch (outcome.outcome) {
    case 'paid':
    case 'repeated':
    case 'refunded':
    case 'irrelevant':
      return { status: 204, headers: {}, contentType: JSON_TYPE, body: '' };
    case 'incident':
      return comesAgain(outcome.kind)
        ? failure(500, outcome.kind)
        : { status: 204, headers: {}, contentType: JSON_TYPE, body: '' };
    case 'refused':
      return failure(401, outcome.message);
    case 'unavailable':
      return failure(503, 'try again');
  }
}

const JSON_TYPE = 'application/json; charset=utf-8';

function failure(status: number, message: string): ProviderReply {
  return { status, headers: {}, contentType: JSON_TYPE, body: JSON.stringify({ code: 'FAIL', message }) };
}
