/** The sender where targets must not be at private addresses. */

import { expect } from 'chai';
import type { Resolve } from '../../../src/platform/public-address.ts';
import { createDeliveryBench, type DeliveryBench, newSecret } from '../../support/deliveries.ts';
import { eventually } from '../../support/eventually.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../../support/webhook-receiver.ts';

/** Of the public internet, and of no machine that answers here. */
const PUBLIC = { address: '11.0.0.1', family: 4 };
const LOCAL = { address: '127.0.0.1', family: 4 };

describe('the sender of deliveries, which private addresses are refused to', () => {
  let bench: DeliveryBench;
  let receiver: WebhookReceiver;
  before(async () => {
    bench = await createDeliveryBench();
    receiver = await startWebhookReceiver();
  });
  afterEach(async () => {
    await bench.clear();
    receiver.calls.length = 0;
  });
  after(async () => {
    await receiver.close();
    await bench.tearDown();
  });

  const send = (host: string, over: { resolve?: Resolve; allowsPrivate?: boolean } = {}) =>
    bench.send(
      { owner: { kind: 'webhook', url: `http://${host}:${receiver.port}/`, secrets: [newSecret()] } },
      { allowsPrivate: false, times: { attempt: 300 }, ...over },
    );
  async function resultsIn(expected: RegExp): Promise<string> {
    const id = await bench.deliver('owner');
    await eventually(async () => expect((await bench.row(id)).last_result).to.match(expected));
    return id;
  }
  const answering = (...answers: { address: string; family: number }[][]): Resolve & { asked: string[] } => {
    const asked: string[] = [];
    const resolve: Resolve = (hostname, _, done) => {
      asked.push(hostname);
      done(null, answers[Math.min(asked.length, answers.length) - 1] ?? []);
    };
    return Object.assign(resolve, { asked });
  };

  const HOSTS = [
    '127.0.0.1',
    '127.1',
    '2130706433',
    '0x7f.0.0.1',
    '0',
    '[::1]',
    '[::ffff:127.0.0.1]',
    'localhost',
  ];
  for (const host of HOSTS) {
    it(`sends nothing to ${host}`, async () => {
      send(host);
      await resultsIn(/^address-refused$/);
      expect(receiver.calls).to.deep.equal([]);
      expect(bench.observed).to.deep.equal(['webhook address-refused']);
    });
  }

  it('sends nothing to a name that has only a private address', async () => {
    const resolve = answering([LOCAL]);
    send('owner.example', { resolve });
    await resultsIn(/^address-refused$/);
    expect([receiver.calls, resolve.asked]).to.deep.equal([[], ['owner.example']]);
  });

  it('connects to none of the private addresses among those of a name', async () => {
    send('owner.example', { resolve: answering([LOCAL, PUBLIC, LOCAL]) });
    await resultsIn(/^(timeout|E[A-Z]+)$/);
    expect(receiver.calls).to.deep.equal([]);
  });

  it('asks DNS once for each attempt and judges that answer, so that a name gains nothing by another one', async () => {
    const resolve = answering([PUBLIC], [LOCAL]);
    send('rebinding.example', { resolve });
    const id = await resultsIn(/^(timeout|E[A-Z]+)$/);
    expect(resolve.asked).to.have.length(1);
    await bench.hasten(id);
    await eventually(async () => expect((await bench.row(id)).last_result).to.equal('address-refused'));
    expect([receiver.calls, resolve.asked.length]).to.deep.equal([[], 2]);
  });

  it('sends to all of them where private targets are allowed', async () => {
    send('localhost', { allowsPrivate: true });
    await resultsIn(/^204$/);
  });
});
