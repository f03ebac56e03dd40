/**
 * Our own form of callback: JSON that is signed with a secret of both sides, as `Orderbell-Signature` or as Standard Webhooks
 * have it; or not signed, where the caller shows a token instead. Guarantees that nothing of a body is looked at, and nothing
 * said of it, before its signature was found right. The answers are in the service's envelope, which comes in as an argument.
 */

import { Compile } from 'typebox/compile';
import { isFarAhead } from '../domain/order.ts';
import { fieldsOf, PaymentNotice } from '../domain/payment.ts';
import {
  type NoticeRead,
  type NoticeRefusal,
  type Payment,
  type PaymentProvider,
  SIGNATURE_HEADER,
} from '../domain/payment-provider.ts';
import { firstFault } from '../domain/schema-fault.ts';
import { keptFields } from './evidence.ts';
import { type SignatureSettings, signatureFault } from './own-signature.ts';
import { isWebhookSigned, readWebhookSignature, WEBHOOK_HEADERS } from './standard-webhooks.ts';

export interface OwnSettings {
  /** Without them the caller has to show a token. */
  readonly signatures?: SignatureSettings;
  readonly reply: PaymentProvider['reply'];
}

const noticeRule = Compile(PaymentNotice);
const OUR_HEADER = SIGNATURE_HEADER.toLowerCase();

export function createOwnProvider({ signatures, reply }: OwnSettings): PaymentProvider {
  return {
    name: 'own',
    route: '/payments/notify',
    headers: signatures === undefined ? [] : [OUR_HEADER, ...WEBHOOK_HEADERS],
    isSigned: signatures !== undefined,
    read(headers, body, now) {
      const fault = signatures && callbackFault(headers, body, signatures, now);
      return fault === undefined ? readNotice(body, now) : refused('unverified', fault);
    },
    reply,
  };
}

/** Undefined where it is right. Which of the two forms it is, is for the header of ours to say. */
function callbackFault(
  headers: Readonly<Record<string, string>>,
  body: Uint8Array,
  settings: SignatureSettings,
  now: number,
): string | undefined {
  const ours = headers[OUR_HEADER] ?? '';
  if (ours !== '' || (headers['webhook-signature'] ?? '') === '') {
    return signatureFault(ours, body, settings, now);
  }
  const signed = readWebhookSignature(headers);
  if (signed === undefined)
    return 'the headers webhook-id, webhook-timestamp and webhook-signature are malformed';
  if (!isWebhookSigned(signed, body, settings.secrets)) return 'the signature does not match';
  const isInTime = Math.abs(now / 1000 - Number(signed.time)) <= settings.windowSeconds;
  return isInTime ? undefined : `the signature's time is over ${settings.windowSeconds} s from ours`;
}

function readNotice(body: Uint8Array, now: number): NoticeRead {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return refused('not-json', 'the body must be JSON');
  }
  if (!noticeRule.Check(value))
    return refused('invalid', firstFault(PaymentNotice, noticeRule.Errors(value)));
  if (value.paidAt !== undefined && isFarAhead(value.paidAt, new Date(now))) {
    return refused('invalid', '/paidAt: is more than a day ahead of our clock');
  }
  return { ok: true, verified: { kind: 'payment', payment: ownPayment(value) } };
}

/** What a notice of our own form says. */
export function ownPayment(notice: PaymentNotice): Payment {
  const { outTradeNo, shopId, transactionId, amount, paidAt } = notice;
  const fields = fieldsOf(notice);
  return {
    provider: 'own',
    orderNumber: outTradeNo,
    ...(shopId === undefined ? {} : { shopId }),
    ...(transactionId === undefined ? {} : { transactionId }),
    ...(amount === undefined ? {} : { amount }),
    ...(paidAt === undefined ? {} : { paidAt }),
    evidence: keptFields(fields, Object.keys(fields)),
  };
}

function refused(reason: NoticeRefusal, message: string): NoticeRead {
  return { ok: false, reason, message };
}
