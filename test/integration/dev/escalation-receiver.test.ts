import { expect } from 'chai';
import { Webhook } from 'standardwebhooks';
import { type EscalationReceiver, openEscalationReceiver } from '../../../src/dev/escalation-receiver.ts';

const DATA = { shopId: 'corner', seq: 7, content: 'order\u001b[2J', step: 2, when: 'unacknowledged' };

describe('the receiver of `make run`', () => {
  let receiver: EscalationReceiver;
  let lines: string[];
  beforeEach(async () => {
    lines = [];
    receiver = await openEscalationReceiver((line) => lines.push(line));
  });
  afterEach(() => receiver.close());

  /** Signs what is to be sent; `sent` takes its place on the way. */
  async function post(type: string, data: object, sent?: string): Promise<number> {
    const targets: Record<string, { url: string; secret: string }> = JSON.parse(
      receiver.env.ESCALATION_TARGETS ?? '',
    );
    const [{ url = '', secret = '' } = {}] = Object.values(targets).slice(-1);
    const at = new Date();
    const body = JSON.stringify({ type, timestamp: '2025-03-06T09:14:35.000Z', data });
    const headers = {
      'webhook-id': 'id-1',
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': `v1,other ${new Webhook(secret).sign('id-1', at, body)}`,
    };
    return (await fetch(url, { method: 'POST', headers, body: sent ?? body })).status;
  }

  it('prints a line for each webhook that is signed, and nothing that controls the terminal', async () => {
    expect(await post('notification.escalated', DATA)).to.equal(204);
    expect(await post('shop.deaf', { shopId: 'corner' })).to.equal(204);
    expect(lines).to.deep.equal([
      '09:14:35  webhook to manager: alert 7 of shop corner, "order\\u001b[2J", is not acknowledged (step 2)',
      '09:14:35  webhook to manager: shop.deaf corner',
    ]);
    expect(receiver.received().map(({ target, type, data }) => [target, type, data.shopId])).to.deep.equal([
      ['manager', 'notification.escalated', 'corner'],
      ['manager', 'shop.deaf', 'corner'],
    ]);
  });

  it('keeps the last twenty', async () => {
    for (let seq = 1; seq <= 25; seq++) await post('notification.escalated', { ...DATA, seq });
    expect(receiver.received().map(({ data }) => data.seq)).to.deep.equal(
      Array.from({ length: 20 }, (_, at) => at + 6),
    );
  });

  it('refuses what is signed for another body', async () => {
    expect(await post('notification.escalated', DATA, '{}')).to.equal(401);
    expect(lines).to.deep.equal([]);
  });
});
