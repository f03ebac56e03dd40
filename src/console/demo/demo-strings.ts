/** The words of the demo panel. */

import type { Language } from '../sound/types.ts';

export interface DemoStrings {
  readonly heading: string;
  readonly hint: string;
  readonly create: string;
  readonly pay: string;
  readonly remind: string;
  readonly burst: string;
  created(number: string): string;
  paid(number: string): string;
  reminded(number: string): string;
  sent(count: number): string;
  failed(message: string): string;
  /** What came to those who are told when the shop does not answer. */
  readonly others: string;
  received(target: string, about: string): string;
  readonly unheard: string;
  readonly unacknowledged: string;
}

export const DEMO_STRINGS: Readonly<Record<Language, DemoStrings>> = {
  zh: {
    heading: '演示',
    hint: '扮演顾客下单、支付、催单。仅在开发环境显示。',
    create: '下单',
    pay: '支付',
    remind: '催单',
    burst: '连来 10 单',
    created: (number) => `已下单 ${number}，等待支付。`,
    paid: (number) => `已支付 ${number}。`,
    reminded: (number) => `已催单 ${number}。`,
    sent: (count) => `已下单并支付 ${count} 单。`,
    failed: (message) => `没有成功：${message}`,
    others: '通知到其他人的消息',
    received: (target, about) => `${target} 收到：${about}`,
    unheard: '门店没有播报',
    unacknowledged: '门店没有处理',
  },
  en: {
    heading: 'Demo',
    hint: 'Be the customer. Shown in development only.',
    create: 'Create',
    pay: 'Pay',
    remind: 'Remind',
    burst: '10 at once',
    created: (number) => `Created ${number}, which waits to be paid.`,
    paid: (number) => `Paid ${number}.`,
    reminded: (number) => `Reminded of ${number}.`,
    sent: (count) => `Created and paid ${count} orders.`,
    failed: (message) => `That did not work: ${message}`,
    others: 'What others were told',
    received: (target, about) => `${target} got: ${about}`,
    unheard: 'was not spoken in the shop',
    unacknowledged: 'is not acknowledged',
  },
};
