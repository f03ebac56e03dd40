/** Callbacks of WeChat Pay and Alipay in their own forms, and the incidents, as they can be asked for over HTTP. */

import { Type } from 'typebox';
import { IncidentQuery } from '../http/incident-routes.ts';
import { type Operation, succeeds } from './operation.ts';

const ANY = Type.Unknown();

const Fail = Type.Object({ code: Type.Literal('FAIL'), message: Type.String() });

/** The envelope is of what stands before the handler: limits, and a service that stops. */
function answered(description: string, type: string, schema: object, more: object = {}) {
  const refusal = { $ref: '#/components/schemas/Refusal' };
  return {
    description,
    content: {
      [type]: { schema },
      ...more,
      ...(type === 'application/json' ? {} : { 'application/json': { schema: refusal } }),
    },
  };
}

const failed = (description: string) =>
  answered(description, 'application/json', {
    anyOf: [Fail, { $ref: '#/components/schemas/Refusal' }],
  });

const notSaved = (description: string) => answered(description, 'text/plain', Type.Literal('fail'));

const UNVERIFIED = 'The signature does not match, whatever is wrong with it.';
const COMES_AGAIN =
  'It is an incident that may be over later: the number is not known yet, or merchant, application or key are not ours yet.';
const AWAY = 'It could not be recorded in time. Come again.';

export const PAYMENT_OPERATIONS: readonly Operation[] = [
  {
    method: 'post',
    path: '/payments/wechat/notify',
    id: 'notifyOfWechatPayment',
    tag: 'payments',
    summary: "WeChat Pay's callback of payments and refunds (API v3)",
    description:
      'For `notify_url`. It is checked by the headers `Wechatpay-Serial`, `-Signature`, `-Timestamp` and `-Nonce`. A payment that ' +
      'cannot be applied is recorded as an incident, and settled with 204 where it is of no use to come again. The shop may stand in `attach`, as `shop=<id>`.',
    provider: 'wechat',
    bareBody: { 'application/json': ANY },
    answer: { status: 204, description: 'It is recorded.' },
    ownAnswers: { 401: failed(UNVERIFIED), 500: failed(COMES_AGAIN), 503: failed(AWAY) },
  },
  {
    method: 'post',
    path: '/payments/alipay/notify',
    id: 'notifyOfAlipayPayment',
    tag: 'payments',
    summary: "Alipay's callback of payments and refunds",
    description:
      'For `notify_url`. It is checked by its field `sign`, RSA2. A payment that cannot be applied is recorded as an incident, and ' +
      'settled with `success` where it is of no use to come again. The shop may stand in `passback_params`, as `shop=<id>`.',
    provider: 'alipay',
    bareBody: { 'application/x-www-form-urlencoded': ANY },
    answer: { status: 200, description: 'It is recorded.', bare: { 'text/plain': Type.Literal('success') } },
    ownAnswers: { 401: notSaved(UNVERIFIED), 500: notSaved(COMES_AGAIN), 503: notSaved(AWAY) },
  },
  {
    method: 'get',
    path: '/payments/incidents',
    id: 'listIncidents',
    tag: 'payments',
    summary: 'Lists verified payments that could not be applied, page by page',
    description:
      'Money to give back, or to book by hand. One row however often the same notice comes. A token that is ' +
      "limited to shops sees those that are known to be its shops'. `orderbell payments resolve` settles one.",
    scopes: ['ops'],
    query: IncidentQuery,
    answer: { status: 200, description: 'In the order in which they were recorded.', data: 'IncidentPage' },
    examples: [
      succeeds(
        'open',
        { query: { state: 'open', limit: 1 } },
        {
          incidents: [
            {
              id: '1',
              kind: 'unknown-number',
              provider: 'own',
              orderNumber: 'H-2042',
              shopId: null,
              orderId: null,
              transactionId: null,
              amount: null,
              notice: { outTradeNo: 'H-2042' },
              firstAt: '2025-03-06T09:14:36.120Z',
              lastAt: '2025-03-06T09:14:36.120Z',
              times: 1,
              resolvedAt: null,
              note: null,
            },
          ],
          next: '1',
        },
      ),
    ],
  },
];
