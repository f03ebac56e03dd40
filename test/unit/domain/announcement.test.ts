import { expect } from 'chai';
import {
  type Announcement,
  decodeAnnouncement,
  encodeAnnouncement,
  encodeLogged,
} from '../../../src/domain/announcement.ts';
import { notification, receipt, SHOP, upTo } from '../../support/fake-log.ts';

describe('announcement', () => {
  const batch = { shopId: SHOP, epoch: 'e.1' };
  const known: Record<string, Announcement> = {
    'what was logged': {
      logged: [
        {
          ...batch,
          notifications: [notification(1), notification(2, { type: 2, orderId: '18446744073709551615' })],
        },
        { ...batch, notifications: [notification(3, { content: '订'.repeat(32_000) })] },
      ],
    },
    receipts: { receipts: { ...batch, receipts: [receipt(7, 42)] } },
    sessions: {
      sessions: [{ shopId: 's', sid: 'till-1', id: 'i', subject: 'till-7', order: 1741281275000000 }],
    },
  };
  for (const [kind, announcement] of Object.entries(known)) {
    it(`reads what it wrote: ${kind}`, () => {
      expect(decodeAnnouncement(Buffer.from(encodeAnnouncement(announcement)))).to.deep.equal(announcement);
    });
  }

  const good = notification(1);

  it('reads a type that a later version has added, beside those that it knows', () => {
    const batches = { logged: [{ ...batch, notifications: [good, { ...notification(2), type: 3 }] }] };
    expect(decodeAnnouncement(Buffer.from(JSON.stringify(batches)))).to.deep.equal(batches);
  });

  it('tells all that was logged in one, and in several where the contents are long', () => {
    const batches = (content: string) =>
      upTo(3).map((shop) => ({
        ...batch,
        shopId: `s${shop}`,
        notifications: upTo(20).map((seq) => notification(seq, { shopId: `s${shop}`, content })),
      }));
    expect(encodeLogged(batches('short'))).to.have.length(1);
    const long = batches('订'.repeat(32_000));
    const parts = encodeLogged(long);
    for (const part of parts) expect(Buffer.byteLength(part)).to.be.below(1024 * 1024);
    const received = parts.flatMap((part) => decodeAnnouncement(Buffer.from(part)) ?? []);
    const rows = received
      .flatMap((one) => ('logged' in one ? one.logged : []))
      .flatMap((one) => one.notifications);
    expect(rows).to.deep.equal(long.flatMap((one) => one.notifications));
  });

  const logged = (...notifications: object[]) => ({ logged: [{ ...batch, notifications }] });
  const foreign: Record<string, unknown> = {
    'the form of the version before': { v: 1, epoch: 'e', notifications: [good] },
    'no batch': { logged: [] },
    'no epoch': { logged: [{ shopId: SHOP, notifications: [good] }] },
    'an empty epoch': { logged: [{ ...batch, epoch: '', notifications: [good] }] },
    'no notification': logged(),
    'a seq of zero': logged(good, { ...good, seq: 0 }),
    'a type that is no whole number': logged({ ...good, type: 1.5 }),
    'a type that is a word': logged({ ...good, type: 'paid' }),
    'an order id that is inexact': logged({ ...good, orderId: 2 ** 53 }),
    'a content without an end': logged({ ...good, content: 'x'.repeat(32_001) }),
    'no receipt': { receipts: { ...batch, receipts: [] } },
    'a receipt without a number': { receipts: { ...batch, receipts: [{ ...receipt(1, 1), n: undefined }] } },
    'half a session': { sessions: [{ shopId: 's', sid: 'till-1' }] },
    'another subject': { weather: [] },
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
