import { expect } from 'chai';
import {
  type Announcement,
  decodeAnnouncement,
  encodeAnnouncement,
} from '../../../src/gateway/announcement.ts';
import { notification, receipt } from '../../support/fake-log.ts';

describe('announcement', () => {
  const known: Record<string, Announcement> = {
    notifications: {
      v: 1,
      epoch: 'e.1',
      notifications: [notification(1), notification(2, { type: 2, orderId: '18446744073709551615' })],
    },
    receipts: { v: 1, epoch: 'e.1', receipts: [receipt(7, 42)] },
    session: { v: 1, session: { shopId: 's', sid: 'till-1', id: 'i', openedAt: 1741281275000 } },
  };
  for (const [kind, announcement] of Object.entries(known)) {
    it(`reads what it wrote: ${kind}`, () => {
      expect(decodeAnnouncement(Buffer.from(encodeAnnouncement(announcement)))).to.deep.equal(announcement);
    });
  }

  const [good, bad] = [notification(1), { ...notification(1), seq: 0 }];
  const foreign: Record<string, unknown> = {
    'another version': { v: 2, epoch: 'e', notifications: [good] },
    'no version': { epoch: 'e', notifications: [good] },
    'no epoch': { v: 1, notifications: [good] },
    'an empty epoch': { v: 1, epoch: '', notifications: [good] },
    'no notification': { v: 1, epoch: 'e', notifications: [] },
    'a seq of zero': { v: 1, epoch: 'e', notifications: [good, bad] },
    'a type that is unknown': { v: 1, epoch: 'e', notifications: [{ ...good, type: 3 }] },
    'an order id that is inexact': { v: 1, epoch: 'e', notifications: [{ ...good, orderId: 2 ** 53 }] },
    'no receipt': { v: 1, epoch: 'e', receipts: [] },
    'a receipt without a number': { v: 1, epoch: 'e', receipts: [{ ...receipt(1, 1), n: undefined }] },
    'half a session': { v: 1, session: { shopId: 's', sid: 'till-1' } },
    'another subject': { v: 1, epoch: 'e', weather: [] },
    'an array': [1],
    null: null,
  };
  for (const [what, body] of Object.entries(foreign)) {
    it(`ignores a body with ${what}`, () => {
      expect(decodeAnnouncement(Buffer.from(JSON.stringify(body)))).to.equal(undefined);
    });
  }

  it('ignores a body that is no JSON', () => {
    expect(decodeAnnouncement(Buffer.from('{"v":1,'))).to.equal(undefined);
    expect(decodeAnnouncement(Buffer.alloc(0))).to.equal(undefined);
    expect(decodeAnnouncement(Buffer.from([0xff, 0xfe, 0]))).to.equal(undefined);
  });
});
