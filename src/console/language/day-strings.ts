/** The words of earlier days, in both languages. */

import type { DaysFault } from '../days/day-values.ts';
import type { Language } from '../sound/types.ts';

/** What is counted of a day, in the order in which it is shown. */
export const COUNTED = ['logged', 'acknowledged', 'resolved', 'expired', 'open', 'escalated'] as const;
export type Counted = (typeof COUNTED)[number];

export interface DayStrings {
  heading(day: string): string;
  readonly searchHeading: string;
  readonly numbers: string;
  /** Over the column of what is counted. */
  readonly counted: string;
  readonly counts: Readonly<Record<Counted, string>>;
  readonly median: string;
  readonly slowest: string;
  /** In place of a time that there is not. */
  readonly noTime: string;
  readonly partly: string;
  readonly reading: string;
  readonly none: string;
  /** The day is before the first of which something is kept. */
  noneBefore(day: string): string;
  readonly fault: Readonly<Record<DaysFault, string>>;
  readonly retry: string;
  readonly more: string;
  readonly expired: string;
  /** Behind who acknowledged it, and when. */
  after(duration: string): string;
  readonly wasEscalated: string;
  readonly number: string;
  readonly submit: string;
  readonly searchHint: string;
  found(count: number): string;
  searching(to: string): string;
  searchedTo(day: string): string;
  readonly searchedAll: string;
  readonly further: string;
}

export const DAY_STRINGS: Readonly<Record<Language, DayStrings>> = {
  en: {
    heading: (day) => `Alerts of ${day}`,
    searchHeading: 'Search all days',
    numbers: 'The day in numbers',
    counted: 'Alerts',
    counts: {
      logged: 'Came in',
      acknowledged: 'Acknowledged',
      resolved: 'Dealt with elsewhere',
      expired: 'Ended without an answer',
      open: 'Still open',
      escalated: 'Others were told',
    },
    median: 'Median time to acknowledge',
    slowest: 'Slowest to be acknowledged',
    noTime: 'none',
    partly: 'There are very many alerts on this day: only the first of them are counted.',
    reading: 'Reading…',
    none: 'No alerts came in on this day',
    noneBefore: (day) => `Alerts are kept from ${day} on`,
    fault: {
      lost: 'The service does not answer, so this cannot be shown now.',
      'signed-out': 'The access token does not allow it. Sign in, then try again.',
      refused: 'The service cannot show this.',
    },
    retry: 'Try again',
    more: 'Show more',
    expired: 'Ended without an answer',
    after: (duration) => `after ${duration}`,
    wasEscalated: 'others were told',
    number: 'Order number',
    submit: 'Search',
    searchHint: 'An order number, or part of one: all alerts that are kept are searched.',
    found: (count) => (count === 1 ? '1 alert found.' : `${count} alerts found.`),
    searching: (day) => `Searching, back to ${day} so far…`,
    searchedTo: (day) => `Searched back to ${day}.`,
    searchedAll: 'Everything that is kept was searched.',
    further: 'Search further back',
  },
  zh: {
    heading: (day) => `${day}的提醒`,
    searchHeading: '搜索所有日期',
    numbers: '当日统计',
    counted: '提醒',
    counts: {
      logged: '收到',
      acknowledged: '已处理',
      resolved: '已在别处处理',
      expired: '到期仍无人处理',
      open: '仍待处理',
      escalated: '曾通知其他人',
    },
    median: '处理用时（中位数）',
    slowest: '最慢处理用时',
    noTime: '无',
    partly: '当日提醒过多，仅统计最早的部分。',
    reading: '正在读取…',
    none: '当日没有提醒',
    noneBefore: (day) => `提醒从${day}起保留`,
    fault: {
      lost: '服务器没有响应，暂时无法显示。',
      'signed-out': '访问令牌无权读取，请登录后重试。',
      refused: '服务器无法显示此内容。',
    },
    retry: '重试',
    more: '显示更多',
    expired: '到期仍无人处理',
    after: (duration) => `用时 ${duration}`,
    wasEscalated: '曾通知其他人',
    number: '订单号',
    submit: '搜索',
    searchHint: '输入完整或部分订单号，搜索保留的全部提醒。',
    found: (count) => `找到 ${count} 条。`,
    searching: (day) => `正在搜索，已到${day}…`,
    searchedTo: (day) => `已搜索到${day}。`,
    searchedAll: '已搜索全部保留的提醒。',
    further: '继续向前搜索',
  },
};
