/**
 * What a notice of WeChat Pay says, once its signature was checked: the resource is opened with the APIv3 key, tag included,
 * and merchant, application and currency are compared. What is signed and cannot be used is a misfit, never dropped.
 */

import { createDecipheriv } from 'node:crypto';
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { PrintableId } from '../domain/order.ts';
import type { Claim, MisfitKind, Payment, Refund, VerifiedNotice } from '../domain/payment-provider.ts';
import { shopOfAttachment } from './attachment.ts';
import { keptFields } from './evidence.ts';
import { decodeExactly } from './exact-base64.ts';
import { plausibleInstant } from './instant.ts';

/** Whose notices are ours. */
export interface WechatMerchant {
  /** 32 bytes. */
  readonly apiV3Key: string;
  /** Of the merchant, or of the service provider where there are sub-merchants. */
  readonly mchid: string;
  readonly appids: readonly string[];
  /** Whose payments a service provider's notices may be of. Empty: we are no service provider. */
  readonly subMchids: readonly string[];
  /** Their own applications. */
  readonly subAppids: readonly string[];
}

const TAG_BYTES = 16;

const Resource = Type.Object({
  algorithm: Type.Literal('AEAD_AES_256_GCM'),
  ciphertext: Type.String(),
  associated_data: Type.Optional(Type.String({ maxLength: 256 })),
  nonce: Type.String({ minLength: 1, maxLength: 32 }),
});
type Resource = Static<typeof Resource>;

const envelopeRule = Compile(Type.Object({ id: PrintableId, event_type: PrintableId, resource: Resource }));

const Fen = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const OUT_TRADE_NO = Type.String({ pattern: '^[!-~]{1,64}$' });

/** Who is paid: a merchant, or by a service provider one of its sub-merchants. */
const payee = {
  mchid: Type.Optional(Type.String()),
  appid: Type.Optional(Type.String()),
  sp_mchid: Type.Optional(Type.String()),
  sp_appid: Type.Optional(Type.String()),
  sub_mchid: Type.Optional(Type.String()),
  sub_appid: Type.Optional(Type.String()),
};

const Transaction = Type.Object({
  ...payee,
  out_trade_no: OUT_TRADE_NO,
  transaction_id: PrintableId,
  trade_state: Type.Literal('SUCCESS'),
  success_time: Type.Optional(Type.String()),
  attach: Type.Optional(Type.String()),
  amount: Type.Object({ total: Fen, currency: Type.Optional(Type.String()) }),
});
const transactionRule = Compile(Transaction);

const RefundResource = Type.Object({
  ...payee,
  out_trade_no: OUT_TRADE_NO,
  transaction_id: PrintableId,
  refund_id: PrintableId,
  amount: Type.Object({ refund: Fen }),
});
const refundRule = Compile(RefundResource);

type Payee = Pick<Static<typeof Transaction>, keyof typeof payee>;

/** Not who paid, and not to which account it went back. */
const KEPT = [
  ...[
    'mchid',
    'appid',
    'sp_mchid',
    'sp_appid',
    'sub_mchid',
    'sub_appid',
    'out_trade_no',
    'transaction_id',
    'trade_type',
    'trade_state',
    'bank_type',
    'attach',
  ],
  ...['success_time', 'out_refund_no', 'refund_id', 'refund_status'],
];

/** From here on the notice is WeChat Pay's own: what cannot be used is an incident. */
export function readWechatNotice(body: Uint8Array, settings: WechatMerchant, now: number): VerifiedNotice {
  const envelope = parseJson(body);
  if (!envelopeRule.Check(envelope)) return unreadable({ id: 'unknown' });
  const { event_type, resource } = envelope;
  switch (event_type) {
    case 'TRANSACTION.SUCCESS': {
      const transaction = parseJson(open(resource, settings.apiV3Key));
      return transactionRule.Check(transaction) && isOneForm(transaction)
        ? paymentOf(transaction, settings, now)
        : unreadable(envelope);
    }
    case 'REFUND.SUCCESS':
    case 'REFUND.ABNORMAL':
    case 'REFUND.CLOSED': {
      const refund = parseJson(open(resource, settings.apiV3Key));
      return refundRule.Check(refund) && isOneForm(refund)
        ? refundOf(refund, event_type, settings)
        : unreadable(envelope);
    }
    default:
      return { kind: 'irrelevant', event: event_type };
  }
}

function unreadable(envelope: { id: string; event_type?: string }): VerifiedNotice {
  const evidence = keptFields(envelope, ['id', 'event_type']);
  const claim: Claim = { provider: 'wechat', orderNumber: '', transactionId: envelope.id, evidence };
  return { kind: 'misfit', reason: 'unreadable', claim };
}

function paymentOf(
  transaction: Static<typeof Transaction>,
  settings: WechatMerchant,
  now: number,
): VerifiedNotice {
  const { out_trade_no, transaction_id, success_time, attach, amount } = transaction;
  const shopId = shopOfAttachment(attach);
  const paidAt = plausibleInstant(success_time, now);
  const { total, currency = 'CNY' } = amount;
  const payment: Payment = {
    provider: 'wechat',
    orderNumber: out_trade_no,
    transactionId: transaction_id,
    amount: total,
    ...(shopId === undefined ? {} : { shopId }),
    ...(paidAt === undefined ? {} : { paidAt }),
    evidence: { ...keptFields(transaction, KEPT), ...keptFields({ total, currency }, ['total', 'currency']) },
  };
  const misfit = (reason: MisfitKind): VerifiedNotice => ({ kind: 'misfit', reason, claim: payment });
  if (!isOurMerchant(transaction, settings)) return misfit('other-merchant');
  if (!isOurApplication(transaction, settings)) return misfit('other-application');
  return currency === 'CNY' ? { kind: 'payment', payment } : misfit('other-currency');
}

function refundOf(
  resource: Static<typeof RefundResource>,
  event: string,
  settings: WechatMerchant,
): VerifiedNotice {
  const refund: Refund = {
    provider: 'wechat',
    orderNumber: resource.out_trade_no,
    transactionId: resource.transaction_id,
    refundId: resource.refund_id,
    amount: resource.amount.refund,
    evidence: { ...keptFields(resource, KEPT), event, refund: resource.amount.refund },
  };
  if (!isOurMerchant(resource, settings)) return { kind: 'misfit', reason: 'other-merchant', claim: refund };
  if (event === 'REFUND.SUCCESS') return { kind: 'refund', refund };
  return { kind: 'misfit', reason: 'refund-failed', claim: refund };
}

/** A notice is of a merchant or of a service provider: one that names both, or neither, is no form of WeChat Pay's. */
function isOneForm({ mchid, sp_mchid, sub_mchid }: Payee): boolean {
  return mchid === undefined ? sp_mchid !== undefined && sub_mchid !== undefined : sp_mchid === undefined;
}

/** A merchant's own notices are not taken by a service provider, nor the other way round. */
function isOurMerchant({ mchid, sp_mchid, sub_mchid = '' }: Payee, settings: WechatMerchant): boolean {
  if (settings.subMchids.length === 0) return mchid === settings.mchid;
  return sp_mchid === settings.mchid && settings.subMchids.includes(sub_mchid);
}

function isOurApplication({ appid, sp_appid, sub_appid }: Payee, settings: WechatMerchant): boolean {
  const isOurs = settings.appids.includes(appid ?? sp_appid ?? '');
  return isOurs && (sub_appid === undefined || settings.subAppids.includes(sub_appid));
}

/** The plain text, undefined unless the tag fits: `final` is what checks it. */
function open({ ciphertext, nonce, associated_data = '' }: Resource, apiV3Key: string): Buffer | undefined {
  const sealed = decodeExactly(ciphertext);
  if (sealed === undefined || sealed.length < TAG_BYTES) return undefined;
  try {
    const options = { authTagLength: TAG_BYTES };
    const decipher = createDecipheriv('aes-256-gcm', Buffer.from(apiV3Key), Buffer.from(nonce), options);
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES)).setAAD(Buffer.from(associated_data));
    return Buffer.concat([decipher.update(sealed.subarray(0, -TAG_BYTES)), decipher.final()]);
  } catch {
    return undefined;
  }
}

function parseJson(bytes: Uint8Array | undefined): unknown {
  try {
    return bytes && JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}
