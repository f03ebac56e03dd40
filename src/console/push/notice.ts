/** What a push message looks like as a notification. Pure. Whatever comes, there is something to show. */

export interface Notice {
  title: string;
  body: string;
  /** As the page's own: of one alert there is one notification. */
  tag: string;
  lang: string;
  /** The shop. */
  data: string;
}

const WORDS = {
  en: { title: 'An alert is still open', body: 'Open the console.' },
  zh: { title: '有提醒尚未处理', body: '请打开商家页面。' },
} as const;

export function noticeOf(text: string): Notice {
  const { shop, seq, content, language } = fieldsOf(text);
  const lang = language === 'zh' ? 'zh' : 'en';
  const words = WORDS[lang];
  const of = typeof shop === 'string' ? shop : '';
  return {
    title: of === '' || of === 'default' ? words.title : `${words.title} · ${of}`,
    body: typeof content === 'string' && content !== '' ? content : words.body,
    tag: `orderbell.${of}.${typeof seq === 'number' ? seq : 'push'}`,
    lang: lang === 'zh' ? 'zh-CN' : 'en',
    data: of,
  };
}

function fieldsOf(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
