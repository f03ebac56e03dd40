import { expect } from 'chai';
import { LogRefused } from '../../../src/console/log/ask-service.ts';
import { createPageReader } from '../../../src/console/log/request-page.ts';
import { acknowledgedBy, alertOf } from '../../support/console.ts';

const page = {
  epoch: 'e',
  head: 2,
  oldest: 1,
  receipts: 1,
  notifications: [alertOf(1), alertOf(2, acknowledgedBy('a'))],
};

/** Reads a page from a service that answers so; `asked` is how it was asked. */
function read(status: number, body: string, token?: string, date?: string) {
  const times: string[] = [];
  const asked: { url: string; headers: HeadersInit | undefined }[] = [];
  const readPage = createPageReader({
    base: new URL('https://bell.example/under/'),
    shop: 'corner',
    token: () => token,
    async fetch(url, init) {
      asked.push({ url: String(url), headers: init?.headers });
      return new Response(body, { status, headers: date === undefined ? {} : { Date: date } });
    },
    onTime: (time) => times.push(time),
  });
  return { asked, times, page: readPage(41, 500) };
}
const envelope = (data: unknown) => JSON.stringify({ code: 1, msg: null, data });
const refusal = (msg: string) => JSON.stringify({ code: 0, msg, reason: 'r', data: null });

describe("asking for a page of the shop's log", () => {
  it('asks under the address of the service, and gives what the envelope holds', async () => {
    const { asked, page: read1 } = read(200, envelope({ ...page, shop: 'corner', next: null }));
    expect(await read1).to.deep.include(page);
    expect(asked).to.deep.equal([
      { url: 'https://bell.example/under/shops/corner/notifications?since=41&limit=500', headers: {} },
    ]);
  });

  it('learns the time of the service: from the page, or from a service that has none there by its header', async () => {
    const named = read(
      200,
      envelope({ ...page, open: 2, now: '2025-03-06T09:00:00.000Z' }),
      undefined,
      'later',
    );
    expect(await named.page).to.include({ open: 2 });
    const older = read(200, envelope(page), undefined, 'Thu, 06 Mar 2025 09:00:00 GMT');
    await older.page;
    expect([named.times, older.times]).to.deep.equal([
      ['2025-03-06T09:00:00.000Z'],
      ['Thu, 06 Mar 2025 09:00:00 GMT'],
    ]);
  });

  it('takes a type that a later version has added', async () => {
    const later = { ...page, notifications: [alertOf(1, { type: 3 }), alertOf(2)] };
    expect(await read(200, envelope(later)).page).to.deep.include(later);
  });

  it('shows the token where there is one', async () => {
    const { asked, page: read1 } = read(200, envelope(page), 'abc');
    await read1;
    expect(asked[0]?.headers).to.deep.equal({ Authorization: 'Bearer abc' });
  });

  for (const [status, reason] of [
    [401, 'unauthenticated'],
    [403, 'forbidden'],
    [422, 'invalid'],
  ] as const) {
    it(`is refused for good with ${status}, in the words of the service`, async () => {
      const fault = await read(status, refusal('because')).page.catch((error: unknown) => error);
      expect(fault).to.be.instanceOf(LogRefused).and.to.include({ reason, message: 'because' });
    });
  }

  const passing: [string, number, string][] = [
    ['an answer of 503', 503, refusal('later')],
    ["a proxy's own page", 502, '<html>Bad gateway</html>'],
    ["a proxy's own page that looks fine", 200, '<html>Log in to the network</html>'],
    ['no page', 200, envelope(null)],
    ['a page without receipts', 200, envelope({ ...page, receipts: undefined })],
    [
      'an alert with a word for its type',
      200,
      envelope({ ...page, notifications: [{ ...alertOf(1), type: 'paid' }] }),
    ],
    ['an alert without content', 200, envelope({ ...page, notifications: [{ ...alertOf(1), content: 7 }] })],
  ];
  for (const [what, status, body] of passing) {
    it(`fails with an error that may pass for ${what}`, async () => {
      const fault = await read(status, body).page.catch((error: unknown) => error);
      expect(fault).to.be.instanceOf(Error).and.not.to.be.instanceOf(LogRefused);
    });
  }
});
