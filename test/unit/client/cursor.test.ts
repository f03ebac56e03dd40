import { expect } from 'chai';
import { createCursor } from '../../../src/client/cursor.ts';

const ready = (head: number, receipts = 0, epoch = 'e1') =>
  ({ kind: 'ready', epoch, head, oldest: 1, receipts }) as const;
const gone = (oldest: number, head: number, epoch = 'e1') => ({ kind: 'gone', epoch, oldest, head }) as const;
const at = (seq: number, receipts = 0) => createCursor({ epoch: 'e1', seq, receipts });

describe('the cursor', () => {
  it('takes what follows, drops repeats and stops at a hole', () => {
    const cursor = at(4);
    expect([5, 6, 6, 5, 1, 8, 7, 8].map(cursor.take)).to.deep.equal([
      'next',
      'next',
      'repeat',
      'repeat',
      'repeat',
      'hole',
      'next',
      'next',
    ]);
    expect(cursor.position).to.deep.equal({ epoch: 'e1', seq: 8, receipts: 0 });
  });

  it('begins where the first ready says, if it knew nothing', () => {
    const cursor = createCursor({});
    expect(cursor.position).to.equal(undefined);
    expect(cursor.ready(ready(42, 7))).to.equal(true);
    expect(cursor.position).to.deep.equal({ epoch: 'e1', seq: 42, receipts: 7 });
  });

  it('begins at the first that is open, which only the first ready names', () => {
    const cursor = createCursor({ isFromOpen: true });
    expect(cursor.resumeFrom).not.to.have.any.keys('seq', 'epoch');
    expect(cursor.ready({ ...ready(42, 7), open: 40 }), 'more has to be asked for').to.equal(false);
    expect(cursor.resumeFrom).to.deep.equal({ epoch: 'e1', seq: 39 });
    expect([40, 41, 42].map(cursor.take)).to.deep.equal(['next', 'next', 'next']);
    expect(cursor.ready({ ...ready(42, 7), open: 40 })).to.equal(true);
  });

  it('begins at the present where nothing is open, and at the oldest where the service names no open one', () => {
    const settled = createCursor({ isFromOpen: true });
    expect(settled.ready({ ...ready(42, 7), open: 43 })).to.equal(true);
    expect(settled.position).to.deep.equal({ epoch: 'e1', seq: 42, receipts: 7 });
    const older = createCursor({ isFromOpen: true });
    expect(older.ready({ ...ready(42, 7), oldest: 17 })).to.equal(false);
    expect(older.resumeFrom).to.deep.equal({ epoch: 'e1', seq: 16 });
  });

  it('takes what comes before the first ready, in order', () => {
    const cursor = createCursor({});
    expect([42, 44, 43].map(cursor.take)).to.deep.equal(['next', 'hole', 'next']);
    expect(cursor.position, 'of an unknown log').to.equal(undefined);
    expect(cursor.ready(ready(43, 7))).to.equal(true);
    expect(cursor.position).to.deep.equal({ epoch: 'e1', seq: 43, receipts: 7 });
  });

  it('asks for all receipts when it was cut after a notification, and knew none', () => {
    const cursor = createCursor({ seq: 0 });
    expect(cursor.place.receipts).to.equal(undefined);
    cursor.take(1);
    expect(cursor.place).to.deep.equal({ seq: 1, receipts: 0 });
  });

  it('resumes in no log from what it took of an unknown one, and from a number that it was given as it is', () => {
    const resumed = (seq: number, taken: number) => {
      const cursor = createCursor({ seq });
      for (let count = 0; count < taken; count++) cursor.take(seq + count + 1);
      return cursor.resumeFrom;
    };
    expect(resumed(4, 0)).to.deep.equal({ seq: 4 });
    expect(resumed(4, 1)).to.deep.equal({ seq: 5, receipts: 0, epoch: 'none' });
    expect(resumed(0, 0)).to.deep.equal({ seq: 0, epoch: 'none' });
    expect(createCursor({}).resumeFrom).to.deep.equal({});
    expect(at(4).resumeFrom).to.deep.equal({ epoch: 'e1', seq: 4, receipts: 0 });
  });

  for (const [what, frame] of [
    ['of more than has come', ready(5)],
    ['of less than has come', ready(3)],
    ['of another log', ready(4, 0, 'e2')],
  ] as const) {
    it(`does not believe a ready ${what}`, () => {
      const cursor = at(4, 2);
      expect(cursor.ready(frame)).to.equal(false);
      expect(cursor.position).to.deep.equal({ epoch: 'e1', seq: 4, receipts: 2 });
    });
  }

  it('is behind a head that it has not reached, and behind none while it knows no place', () => {
    const cursor = at(4);
    expect([3, 4, 5].map(cursor.isBehind)).to.deep.equal([false, false, true]);
    expect(createCursor({}).isBehind(5)).to.equal(false);
  });

  it('takes each receipt once, and minds no hole between them', () => {
    const cursor = at(4, 2);
    expect([2, 3, 3, 9, 5, 10].map(cursor.takeReceipt)).to.deep.equal([
      false,
      true,
      false,
      true,
      false,
      true,
    ]);
    expect(cursor.position?.receipts).to.equal(10);
  });

  describe('at gone', () => {
    it('says what is missing of the same log, and goes on at its oldest', () => {
      const cursor = at(4, 2);
      const missing = { from: 5, to: 16 };
      expect(cursor.gone(gone(17, 42))).to.deep.equal({ epoch: 'e1', oldest: 17, head: 42, missing });
      expect(cursor.position).to.deep.equal({ epoch: 'e1', seq: 16, receipts: 2 });
      expect([16, 17].map(cursor.take)).to.deep.equal(['repeat', 'next']);
    });

    it('says so when nothing of the log is left', () => {
      const cursor = at(4);
      expect(cursor.gone(gone(43, 42))?.missing).to.deep.equal({ from: 5, to: 42 });
      expect(cursor.ready(ready(42))).to.equal(true);
    });

    it('does not know what is missing of another log, and forgets the receipts of the old one', () => {
      const cursor = at(4, 2);
      expect(cursor.gone(gone(1, 42, 'e2'))).to.deep.equal({ epoch: 'e2', oldest: 1, head: 42 });
      expect(cursor.place).to.deep.equal({ epoch: 'e2', seq: 0, receipts: undefined });
    });

    it('takes a log that was set back for another one', () => {
      const cursor = at(9, 2);
      expect(cursor.gone(gone(1, 4))).to.deep.equal({ epoch: 'e1', oldest: 1, head: 4 });
      expect(cursor.place).to.deep.equal({ epoch: 'e1', seq: 0, receipts: undefined });
    });

    it('says nothing to a page that begins at the oldest, which is what it gets', () => {
      const cursor = createCursor({ seq: 0 });
      expect(cursor.gone(gone(17, 42))).to.equal(undefined);
      expect(cursor.place.seq).to.equal(16);
    });

    it('says what is missing after the beginning of a log that was empty when it was followed', () => {
      expect(at(0).gone(gone(17, 42))?.missing).to.deep.equal({ from: 1, to: 16 });
    });

    it('says that something is missing where a first catching-up was cut before its log was named', () => {
      const cursor = createCursor({ seq: 0 });
      cursor.take(1);
      expect(cursor.gone(gone(17, 42))).to.deep.equal({ epoch: 'e1', oldest: 17, head: 42 });
    });
  });
});
