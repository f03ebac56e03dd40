/** Orders, payments and reminders, as they can be asked for over HTTP. */

import { OrderIdText } from '../domain/order.ts';
import { TimelineQuery } from '../http/timeline-routes.ts';
import { type Operation, refused, succeeds } from './operation.ts';

const NUMBER = '2025030617143500001';
const CREATED = '2025-03-06T09:14:02.418Z';
const PAID = '2025-03-06T09:14:35.000Z';
const unpaid = {
  id: 1024,
  number: NUMBER,
  shopId: 'default',
  amount: 4200,
  status: 1,
  payStatus: 0,
  createdAt: CREATED,
  paidAt: null,
};
const paid = { ...unpaid, status: 2, payStatus: 1, paidAt: PAID };
const other = { ...unpaid, id: 1025, number: 'H-2041', shopId: 'harbour', amount: 990 };
const otherPaid = { ...other, status: 2, payStatus: 1, paidAt: PAID };
const waiting = { ...unpaid, id: 1026, number: '20250306091402418731905' };

const id = { id: OrderIdText };
const notFound = ['order-not-found', '订单不存在'] as const;

const reminder = {
  tag: 'orders',
  scopes: ['reminders:write'],
  params: id,
  answer: {
    status: 200,
    description: 'The shop is reminded of it.',
    data: 'Order',
  },
  refusals: ['order-not-found', 'order-not-waiting', 'reminder-too-soon', 'forbidden'],
} as const;

export const ORDER_OPERATIONS: readonly Operation[] = [
  {
    method: 'post',
    path: '/orders',
    id: 'createOrder',
    tag: 'orders',
    summary: 'Creates an unpaid order',
    description: 'Without a number it gets one, without a shop it is for `default`.',
    scopes: ['orders:write'],
    body: 'CreateOrder',
    answer: {
      status: 201,
      description: 'The order as it was created.',
      data: 'Order',
      headers: { Location: "The order's path." },
    },
    refusals: ['number-taken'],
    examples: [
      succeeds('with-number', { body: { number: NUMBER, amount: 4200 } }, unpaid, 201),
      succeeds('for-a-shop', { body: { number: 'H-2041', shopId: 'harbour', amount: 990 } }, other, 201),
      succeeds('amount-alone', { body: { amount: 4200 } }, waiting, 201),
      refused('number-taken', { body: { number: NUMBER, amount: 100 } }, 'number-taken', '订单号已被使用'),
    ],
  },
  {
    method: 'post',
    path: '/payments/notify',
    id: 'notifyOfPayment',
    provider: 'own',
    tag: 'orders',
    summary: 'Marks an order paid and rings for it',
    description:
      "The payment provider's callback, in our own form. A repeat is answered alike and rings nothing. A payment that cannot be applied is " +
      'recorded for the operator, and so is one of another transaction, which is answered like a repeat. After 4xx, other ' +
      'than 408 and 429, it is of no use to send the same again; after 5xx it is.',
    scopes: ['payments:notify'],
    signed: true,
    body: 'PaymentNotice',
    answer: { status: 200, description: 'The order is paid.', data: 'Order' },
    refusals: [
      'order-not-found',
      'order-cancelled',
      'order-not-awaiting-payment',
      'amount-differs',
      'number-ambiguous',
    ],
    examples: [
      succeeds(
        'paid',
        {
          body: {
            outTradeNo: NUMBER,
            transactionId: '4200001836202503061234567890',
            paidAt: '2025-03-06T17:14:35+08:00',
            amount: 4200,
            currency: 'CNY',
            trade_state: 'SUCCESS',
          },
        },
        paid,
      ),
      succeeds('paid-now', { body: { outTradeNo: 'H-2041' } }, otherPaid),
      succeeds('repeated', { body: { outTradeNo: NUMBER } }, paid),
      refused('never-ordered', { body: { outTradeNo: 'H-2042' } }, ...notFound),
      refused(
        'another-amount',
        { body: { outTradeNo: 'H-2041', shopId: 'harbour', amount: 1 } },
        'amount-differs',
        '支付金额与订单金额不符',
      ),
    ],
  },
  {
    ...reminder,
    method: 'post',
    path: '/orders/{id}/reminders',
    id: 'remind',
    summary: 'Reminds the shop of an order that awaits it',
    examples: [
      succeeds('reminded', { params: { id: '1024' } }, paid),
      refused('too-soon', { params: { id: '1024' } }, 'reminder-too-soon', '催单过于频繁，请稍后再试'),
      refused('unpaid', { params: { id: '1026' } }, 'order-not-waiting', '订单状态错误'),
      refused('never-ordered', { params: { id: '9007199254740993' } }, ...notFound),
    ],
  },
  {
    ...reminder,
    method: 'get',
    path: '/reminder/{id}',
    id: 'remindByGet',
    summary: 'The same, for existing front ends',
    description: 'Although a GET, it changes something: it is not to be cached, prefetched or asked by HEAD.',
    examples: [succeeds('reminded', { params: { id: '1025' } }, otherPaid)],
  },
  {
    method: 'get',
    path: '/orders/{id}',
    id: 'getOrder',
    tag: 'orders',
    summary: 'Shows an order',
    scopes: ['orders:write', 'log:read'],
    params: id,
    answer: { status: 200, description: 'The order.', data: 'Order' },
    refusals: ['order-not-found'],
    examples: [
      succeeds('paid', { params: { id: '1024' } }, paid),
      succeeds('unpaid', { params: { id: '1026' } }, waiting),
      refused('never-ordered', { params: { id: '1027' } }, ...notFound),
    ],
  },
  {
    method: 'get',
    path: '/orders/{id}/timeline',
    id: 'readTimeline',
    tag: 'orders',
    summary: 'Shows an order from created to spoken',
    description:
      'Everything that is known of the order, from any publisher, in the shops of the token: what its tills reported, who was told ' +
      'of it, and how it ended. `waits`: the event of its payment is not published yet; `logged`: it is. `seen` and `spoken` are ' +
      'the first reports of a till before the notification was dealt with. The times are of several clocks.',
    scopes: ['orders:write', 'log:read'],
    params: id,
    query: TimelineQuery,
    answer: { status: 200, description: 'Its steps.', data: 'OrderTimeline' },
    refusals: ['order-not-found', 'forbidden'],
    examples: [
      succeeds(
        'unpaid',
        { params: { id: '1026' } },
        {
          orderId: 1026,
          number: waiting.number,
          steps: [{ at: CREATED, what: 'created', shopId: 'default' }],
        },
      ),
      refused('never-ordered', { params: { id: '1027' } }, ...notFound),
    ],
  },
];
