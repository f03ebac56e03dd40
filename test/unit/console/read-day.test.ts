import { expect } from 'chai';
import type { Alert } from '../../../src/client/types.ts';
import { type LogAnswer, readDay } from '../../../src/console/log/read-day.ts';
import { alertOf, alertsFrom, MIDNIGHT, seqsOf, YESTERDAY } from '../../support/console.ts';

interface FakeLog {
  epoch: string;
  oldest: number;
  receipts: number;
  alerts: Alert[];
}

/** Pages of a log as the service gives them; `asked` is what it was asked for. */
function serve(log: FakeLog, onRead: (count: number) => void = () => {}) {
  const asked: [since: number, limit: number][] = [];
  const readPage = async (since: number, limit: number): Promise<LogAnswer> => {
    asked.push([since, limit]);
    const { epoch, oldest, receipts, alerts } = log;
    const head = alerts.at(-1)?.seq ?? 0;
    const notifications = alerts.filter(({ seq }) => seq > since).slice(0, limit);
    const page = { epoch, head, oldest, receipts, notifications };
    onRead(asked.length);
    return page;
  };
  return { asked, readPage };
}

const logOf = (alerts: Alert[], change: Partial<FakeLog> = {}): FakeLog => ({
  epoch: 'e',
  oldest: alerts[0]?.seq ?? 1,
  receipts: 7,
  alerts,
  ...change,
});

const old = (from: number, to: number) => alertsFrom(from, to, { occurredAt: YESTERDAY });

describe('reading the day backwards', () => {
  it('gives all of a short log, and where it stands', async () => {
    const { readPage } = serve(logOf(alertsFrom(1, 3)));
    const { alerts, ...log } = await readDay({ readPage, notBefore: () => MIDNIGHT });
    expect(seqsOf(alerts)).to.deep.equal([1, 2, 3]);
    expect(log).to.deep.equal({
      epoch: 'e',
      head: 3,
      oldest: 1,
      receipts: 7,
      readFrom: 1,
      openFrom: Number.POSITIVE_INFINITY,
      isCut: false,
    });
  });

  it('reads back to the first that is open by the service, whatever this browser has noted', async () => {
    const { readPage } = serve(logOf([...old(1, 1_200), ...alertsFrom(1_201, 1_203)]));
    const withOpen = async (since: number, limit: number) => ({
      ...(await readPage(since, limit)),
      open: 40,
    });
    const mark = { epoch: 'e', seq: 900 };
    const log = await readDay({ readPage: withOpen, notBefore: () => MIDNIGHT, mark });
    expect([log.openFrom, log.readFrom <= 40, log.isCut]).to.deep.equal([40, true, false]);
  });

  it('asks an empty log, and a shop that has none, once', async () => {
    for (const [epoch, known] of [
      ['e', 'e'],
      ['none', undefined],
    ] as const) {
      const { asked, readPage } = serve(logOf([], { epoch }));
      expect(await readDay({ readPage, notBefore: () => MIDNIGHT })).to.deep.include({
        epoch: known,
        head: 0,
        alerts: [],
        isCut: false,
      });
      expect(asked).to.have.length(1);
    }
  });

  it('stops at the page that has nothing of today', async () => {
    const { asked, readPage } = serve(logOf([...old(1, 2000), ...alertsFrom(2001, 2700)]));
    const { alerts, isCut, readFrom } = await readDay({ readPage, notBefore: () => MIDNIGHT });
    expect(seqsOf(alerts)).to.deep.equal(seqsOf(alertsFrom(readFrom, 2700)));
    expect(asked.slice(1)).to.deep.equal([
      [2200, 500],
      [1700, 500],
      [1200, 500],
    ]);
    expect([readFrom, isCut]).to.deep.equal([1201, false]);
  });

  it('does not take one late event for the end of the day', async () => {
    const late = alertOf(700, { occurredAt: YESTERDAY });
    const { readPage } = serve(logOf([...alertsFrom(1, 699), late, ...alertsFrom(701, 1100)]));
    expect((await readDay({ readPage, notBefore: () => MIDNIGHT })).alerts).to.have.length(1100);
  });

  it('goes on to the lowest that is known to be open, in the log that the note is of', async () => {
    const log = logOf([...old(1, 1600), alertOf(1601)]);
    const marked = await readDay({
      readPage: serve(log).readPage,
      notBefore: () => MIDNIGHT,
      mark: { epoch: 'e', seq: 300 },
    });
    expect(marked.readFrom).to.be.at.most(300);
    expect(marked.openFrom).to.equal(300);
    const other = await readDay({
      readPage: serve(log).readPage,
      notBefore: () => MIDNIGHT,
      mark: { epoch: 'x', seq: 300 },
    });
    expect(other.readFrom).to.be.greaterThan(300);
    expect(other.openFrom).to.equal(Number.POSITIVE_INFINITY);
  });

  it('goes no further back than the log is kept', async () => {
    const { asked, readPage } = serve(logOf(alertsFrom(41, 50)));
    const { alerts, readFrom } = await readDay({
      readPage,
      notBefore: () => MIDNIGHT,
      mark: { epoch: 'e', seq: 3 },
    });
    expect([readFrom, alerts[0]?.seq]).to.deep.equal([41, 41]);
    expect(asked[1]).to.deep.equal([40, 10]);
  });

  it('reads the newest of a day that is too long, and says so', async () => {
    const { asked, readPage } = serve(logOf(alertsFrom(1, 10_600)));
    const { alerts, isCut, readFrom } = await readDay({ readPage, notBefore: () => MIDNIGHT });
    expect([alerts.length, readFrom, isCut]).to.deep.equal([10_000, 601, true]);
    expect(asked).to.have.length(21);
  });

  it('tells where the log stood at first, so that whoever listens from there misses nothing', async () => {
    const log = logOf(alertsFrom(1, 600));
    const { readPage } = serve(log, (count) => {
      log.receipts += 1;
      log.alerts.push(alertOf(600 + count));
    });
    const { head, receipts, alerts } = await readDay({ readPage, notBefore: () => MIDNIGHT });
    expect([head, receipts]).to.deep.equal([600, 7]);
    expect(seqsOf(alerts)).to.deep.equal(seqsOf(alertsFrom(1, 600)));
  });

  it('begins again where the log becomes another one between two pages', async () => {
    const log = logOf(alertsFrom(1, 3));
    const { asked, readPage } = serve(log, (count) => {
      if (count === 1) Object.assign(log, { epoch: 'f', alerts: alertsFrom(1, 2) });
    });
    const read = await readDay({ readPage, notBefore: () => MIDNIGHT });
    expect([read.epoch, read.head]).to.deep.equal(['f', 2]);
    expect(asked).to.have.length(4);
  });

  it('gives up on a log that becomes another one each time', async () => {
    const log = logOf(alertsFrom(1, 3));
    const { readPage } = serve(log, (count) => {
      log.epoch = `e${count}`;
    });
    const fault = await readDay({ readPage, notBefore: () => MIDNIGHT }).catch(
      (error: Error) => error.message,
    );
    expect(fault).to.match(/again and again/);
  });
});
