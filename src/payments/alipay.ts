/**
 * Alipay's asynchronous notices: https://opendocs.alipay.com/open/270/105902. Guarantees that a notice is read only if its
 * fields, byte by byte, were signed with RSA2 by a key that is configured, whatever the notice itself says of how it was
 * signed. Whatever is wrong before that has one refusal, and each takes the same checks.
 */

import { type KeyObject, verify } from 'node:crypto';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { comesAgain } from '../domain/incident-kinds.ts';
import { PrintableId } from '../domain/order.ts';
import type {
  CallbackOutcome,
  Claim,
  NoticeRead,
  Payment,
  PaymentProvider,
  ProviderReply,
  Refund,
  VerifiedNotice,
} from '../domain/payment-provider.ts';
import { shopOfAttachment } from './attachment.ts';
import { keptFields } from './evidence.ts';
import { decodeExactly } from './exact-base64.ts';
import { parseForm } from './form.ts';
import { plausibleInstant } from './instant.ts';
import { fenOfYuan } from './yuan.ts';

export interface AlipaySettings {
  /** Any of them signs: while Alipay's key is changed there are two. */
  readonly keys: readonly KeyObject[];
  readonly appId: string;
  readonly sellerId: string;
}

const UNSIGNED = ['sign', 'sign_type'];

/** What Alipay calls the encodings that it signs in. */
const CHARSETS = ['utf-8', 'gbk', 'gb2312', 'gb18030'];

/** Not who paid. */
const KEPT = [
  ...[
    'notify_id',
    'notify_type',
    'trade_status',
    'app_id',
    'seller_id',
    'out_trade_no',
    'trade_no',
    'subject',
  ],
  ...[
    'total_amount',
    'trans_currency',
    'gmt_payment',
    'passback_params',
    'out_biz_no',
    'gmt_refund',
    'refund_fee',
  ],
];

const numberRule = Compile(Type.String({ pattern: '^[!-~]{1,64}$' }));
const idRule = Compile(PrintableId);

export function createAlipayProvider(settings: AlipaySettings): PaymentProvider {
  return {
    name: 'alipay',
    route: '/payments/alipay/notify',
    headers: [],
    isSigned: true,
    patienceSeconds: 5,
    read(_headers, body, now) {
      const fields = parseForm(body) ?? new Map<string, string>();
      if (!isGenuine(fields, settings.keys)) return REFUSED;
      return { ok: true, verified: readVerified(fields, settings, now) };
    },
    reply,
  };
}

const REFUSED: NoticeRead = { ok: false, reason: 'unverified', message: 'the signature does not match' };

/** `fields` as bytes, each a character: Alipay signs what they are in the notice's own charset. */
function isGenuine(fields: ReadonlyMap<string, string>, keys: readonly KeyObject[]): boolean {
  const signature = decodeExactly(fields.get('sign') ?? '');
  const isRsa2 = (fields.get('sign_type') ?? 'RSA2') === 'RSA2';
  const signed = [...fields]
    .filter(([name]) => !UNSIGNED.includes(name))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
  const message = Buffer.from(signed, 'latin1');
  let matches = 0;
  for (const key of keys) matches += Number(verify('sha256', message, key, signature ?? Buffer.alloc(256)));
  return matches > 0 && signature !== undefined && isRsa2;
}

/** From here on the notice is Alipay's own: what cannot be used is an incident. */
function readVerified(
  bytes: ReadonlyMap<string, string>,
  settings: AlipaySettings,
  now: number,
): VerifiedNotice {
  const fields = decodeFields(bytes);
  if (fields === undefined) return unreadable({});
  const { trade_status = '', refund_fee = '', app_id, seller_id, trans_currency = 'CNY' } = fields;
  const isPaid = trade_status === 'TRADE_SUCCESS' || trade_status === 'TRADE_FINISHED';
  const isRefund = refund_fee !== '' && fenOfYuan(refund_fee) !== 0;
  if (!isPaid && !isRefund) return { kind: 'irrelevant', event: trade_status };
  const claim = isRefund ? refundOf(fields) : paymentOf(fields, now);
  if (claim === undefined) return unreadable(fields);
  if (app_id !== settings.appId) return { kind: 'misfit', reason: 'other-application', claim };
  if (seller_id !== settings.sellerId) return { kind: 'misfit', reason: 'other-merchant', claim };
  if (trans_currency !== 'CNY') return { kind: 'misfit', reason: 'other-currency', claim };
  return 'refundId' in claim ? { kind: 'refund', refund: claim } : { kind: 'payment', payment: claim };
}

type Fields = Readonly<Record<string, string>>;

/** Undefined where the notice is not in the charset that it names. */
function decodeFields(bytes: ReadonlyMap<string, string>): Fields | undefined {
  const charset = (bytes.get('charset') ?? 'utf-8').toLowerCase();
  if (!CHARSETS.includes(charset)) return undefined;
  const decoder = new TextDecoder(charset, { fatal: true });
  try {
    return Object.fromEntries(
      [...bytes].map(([name, value]) => [name, decoder.decode(Buffer.from(value, 'latin1'))]),
    );
  } catch {
    return undefined;
  }
}

function unreadable(fields: Fields): VerifiedNotice {
  const transactionId = fields.trade_no ?? fields.notify_id;
  const evidence = keptFields(fields, KEPT);
  const claim: Claim = {
    provider: 'alipay',
    orderNumber: '',
    ...(idRule.Check(transactionId) ? { transactionId } : {}),
    evidence,
  };
  return { kind: 'misfit', reason: 'unreadable', claim };
}

/** What payments and refunds have in common; undefined where it is not as Alipay documents it. */
function claimOf(fields: Fields, amountText: string | undefined) {
  const { out_trade_no, trade_no, passback_params } = fields;
  const amount = fenOfYuan(amountText ?? '');
  if (!numberRule.Check(out_trade_no) || !idRule.Check(trade_no) || amount === undefined) return undefined;
  const shopId = shopOfAttachment(passback_params);
  return {
    provider: 'alipay' as const,
    orderNumber: out_trade_no,
    transactionId: trade_no,
    amount,
    ...(shopId === undefined ? {} : { shopId }),
    evidence: keptFields(fields, KEPT),
  };
}

function paymentOf(fields: Fields, now: number): Payment | undefined {
  const claim = claimOf(fields, fields.total_amount);
  // `2015-04-27 15:45:57`, in Chinese time.
  const paidAt = plausibleInstant(`${fields.gmt_payment?.replace(' ', 'T')}+08:00`, now);
  return claim && { ...claim, ...(paidAt === undefined ? {} : { paidAt }) };
}

/** `refund_fee` is what was paid back of the trade in all, by this refund and those before. */
function refundOf(fields: Fields): Refund | undefined {
  const claim = claimOf(fields, fields.refund_fee);
  return claim && { ...claim, refundId: claim.transactionId };
}

/** The word `success` ends it; after any other one Alipay comes again for a day. */
function reply(outcome: CallbackOutcome): ProviderReply {
  switch (outcome.outcome) {
    case 'paid':
    case 'repeated':
    case 'refunded':
    case 'irrelevant':
      return answer(200, 'success');
    case 'incident':
      return comesAgain(outcome.kind) ? answer(500, 'fail') : answer(200, 'success');
    case 'refused':
      return answer(401, 'fail');
    case 'unavailable':
      return answer(503, 'fail');
  }
}

function answer(status: number, body: string): ProviderReply {
  return { status, headers: {}, contentType: 'text/plain; charset=utf-8', body };
}
