import { expect } from 'chai';
import { readPolicy } from '../../../../src/domain/escalation-policy.ts';
import type { EscalationTargets } from '../../../../src/domain/escalation-target.ts';
import { shopReport } from '../../../../src/escalation/presence/shop-reports.ts';

const NOW = Date.parse('2026-11-30T12:00:00.000Z');
const targets: EscalationTargets = new Map([
  ['manager', { kind: 'webhook', url: 'https://m.example/', secrets: [] }],
  ['platform', { kind: 'webhook', url: 'https://p.example/', secrets: [] }],
  ['tills', { kind: 'web-push' }],
]);

function policyOf(...steps: { afterSeconds: number; when: string; targets: string[] }[]) {
  const known = new Set([...targets.keys(), 'former']);
  const read = readPolicy({ steps, expireAfterSeconds: 900 }, known);
  if (!read.ok) throw new Error(read.rule);
  return read.policy;
}

const report = (policy: ReturnType<typeof policyOf> | undefined) =>
  shopReport(
    { key: 'shop.deaf', shopId: 'a', since: NOW - 60_000 },
    { eventId: 'e', policy, targets, now: NOW },
  );

describe('what is told of a shop', () => {
  it('is an event of its own, also without a policy', () => {
    const body = { eventId: 'e', shopId: 'a', occurredAt: '2026-11-30T12:00:00.000Z' };
    expect(report(undefined)).to.deep.equal({
      event: { key: 'shop.deaf', messageId: 'e', body: { ...body, since: '2026-11-30T11:59:00.000Z' } },
      deliveries: [],
    });
    const again = shopReport(
      { key: 'shop.hearing', shopId: 'a', deafSince: NOW - 60_000 },
      { eventId: 'e', policy: undefined, targets, now: NOW },
    );
    expect(again.event).to.deep.equal({
      key: 'shop.hearing',
      messageId: 'e',
      body: { ...body, deafSince: '2026-11-30T11:59:00.000Z' },
    });
  });

  it('goes to the targets of the first step for what is unheard, and to no till of the shop', () => {
    const { deliveries, event } = report(
      policyOf(
        { afterSeconds: 10, when: 'unacknowledged', targets: ['manager'] },
        { afterSeconds: 20, when: 'unheard', targets: ['tills', 'platform', 'former'] },
        { afterSeconds: 30, when: 'unheard', targets: ['manager'] },
      ),
    );
    expect(deliveries.map(({ target }) => target)).to.deep.equal(['platform', 'former']);
    expect(deliveries[0]).to.deep.include({
      type: 'shop.deaf',
      shopId: 'a',
      step: undefined,
      bellEventId: 'e',
    });
    expect(deliveries[0]?.expiresAt.getTime()).to.equal(NOW + 900_000);
    expect(JSON.parse(deliveries[0]?.body ?? '')).to.deep.equal({
      type: 'shop.deaf',
      timestamp: '2026-11-30T12:00:00.000Z',
      data: event.body,
    });
  });

  it('goes to the targets of the first step where none is for what is unheard', () => {
    const { deliveries } = report(
      policyOf(
        { afterSeconds: 10, when: 'unacknowledged', targets: ['manager'] },
        { afterSeconds: 20, when: 'unacknowledged', targets: ['platform'] },
      ),
    );
    expect(deliveries.map(({ target }) => target)).to.deep.equal(['manager']);
  });
});
