import { expect } from 'chai';
import { noticeOf } from '../../../../src/console/push/notice.ts';

const message = {
  kind: 'escalation',
  shop: 'corner',
  seq: 42,
  type: 1,
  orderId: 7,
  content: '订单号： 7',
  at: 't',
};

describe('the notification of a push message', () => {
  it('has the content, the shop, and the tag of the alert', () => {
    expect(noticeOf(JSON.stringify({ ...message, language: 'en' }))).to.deep.equal({
      title: 'An alert is still open · corner',
      body: '订单号： 7',
      tag: 'orderbell.corner.42',
      lang: 'en',
      data: 'corner',
    });
  });

  it('is in the language of the page that subscribed', () => {
    const { title, lang } = noticeOf(JSON.stringify({ ...message, shop: 'default', language: 'zh' }));
    expect([title, lang]).to.deep.equal(['有提醒尚未处理', 'zh-CN']);
  });

  for (const text of ['', 'null', '[]', '{', '42', '{"shop":7,"seq":"x","content":{}}']) {
    it(`is there whatever comes: ${text}`, () => {
      expect(noticeOf(text)).to.include({
        title: 'An alert is still open',
        body: 'Open the console.',
        data: '',
      });
    });
  }
});
