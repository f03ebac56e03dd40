/** What the page shows of one order's timeline, and how it asks for it. */

import { expect } from 'chai';
import { LANGUAGES } from '../../../src/console/language/choose.ts';
import { LATER_STRINGS } from '../../../src/console/language/later.ts';
import { createStepReader, type OrderStep } from '../../../src/console/log/request-timeline.ts';
import { spanWords, stepWords } from '../../../src/console/view/timeline-words.ts';
import { TODAY } from '../../support/console.ts';

const en = { ...LANGUAGES.en, ...LATER_STRINGS.en };
const zh = { ...LANGUAGES.zh, ...LATER_STRINGS.zh };

describe('the words of a timeline', () => {
  const own = 'front-ab12cd34';
  const words: [Omit<OrderStep, 'at'>, string][] = [
    [{ what: 'created' }, 'Created'],
    [{ what: 'waits' }, 'Paid, and not sent to the shop yet'],
    [{ what: 'spoken', sid: own }, 'Spoken at front (this till)'],
    [{ what: 'acknowledged', sid: 'back-cd34ef56' }, 'Acknowledged by back'],
    [{ what: 'escalated', targets: ['platform', 'manager'] }, 'To be told: platform, manager'],
    [{ what: 'escalated', targets: [] }, 'Others are to be told'],
    [{ what: 'delivery', target: 'manager', state: 'delivered' }, 'Told: manager'],
    [{ what: 'delivery', target: 'manager', state: 'pending' }, 'Not reached yet: manager'],
    [{ what: 'delivery', target: 'manager', state: 'ended' }, 'Could not be reached: manager'],
    [{ what: 'resolved', reason: 'accepted' }, 'Accepted elsewhere'],
    [{ what: 'resolved', reason: 'cancelled' }, 'Cancelled'],
    [{ what: 'teleported' }, 'teleported'],
  ];
  for (const [step, expected] of words) {
    it(`are "${expected}"`, () => expect(stepWords({ at: TODAY, ...step }, own, en)).to.equal(expected));
  }

  it('are in the language of the page', () => {
    expect(stepWords({ at: TODAY, what: 'spoken', sid: 'back-cd34ef56' }, own, zh)).to.equal('已在back播报');
  });

  it('say how long after the step before it was', () => {
    const spans = [-40, 0, 2_140, 119_000, 300_000, 7_200_000].map((ms) => spanWords(ms, en));
    expect(spans).to.deep.equal([
      ...['-0.0 s later', '0.0 s later', '2.1 s later', '119.0 s later', '5 min later', '2.0 h later'],
    ]);
  });
});

describe('asking for a timeline', () => {
  const envelope = (data: unknown) => JSON.stringify({ code: 1, msg: null, data });
  const steps = [{ at: TODAY, what: 'created', shopId: 'corner' }];

  function read(status: number, body: string) {
    const asked: string[] = [];
    const readTimeline = createStepReader({
      base: new URL('https://bell.example/under/'),
      shop: 'corner',
      token: () => 'abc',
      async fetch(url, init) {
        asked.push(`${url} ${new Headers(init?.headers).get('authorization')}`);
        return new Response(body, { status });
      },
    });
    return { asked, answer: readTimeline('18446744073709551615') };
  }

  it('asks for the order in its shop, with the token', async () => {
    const { asked, answer } = read(200, envelope({ orderId: 1, number: null, steps }));
    expect(await answer).to.deep.equal(steps);
    expect(asked).to.deep.equal([
      'https://bell.example/under/orders/18446744073709551615/timeline?shop=corner Bearer abc',
    ]);
  });

  for (const [what, status, body] of [
    ['a refusal', 404, JSON.stringify({ code: 0, msg: '订单不存在', data: null })],
    ['what is no JSON', 200, '<html>'],
    ['no steps', 200, envelope({})],
    ['a step without a time', 200, envelope({ steps: [{ what: 'created' }] })],
    ['a step without a name', 200, envelope({ steps: [{ at: TODAY }] })],
  ] as const) {
    it(`rejects with an error at ${what}`, async () => {
      const error = await read(status, body).answer.catch((reason) => reason);
      expect(error).to.be.instanceOf(Error);
    });
  }
});
