import { expect } from 'chai';
import { Webhook } from 'standardwebhooks';
import { signatureHeaders } from '../../../src/escalation/deliveries/sign.ts';

const OLD = `whsec_${Buffer.alloc(24, 'of the old days').toString('base64')}`;
const NEW = `whsec_${Buffer.alloc(32, 'of the new ones').toString('base64')}`;
const body = '{"type":"notification.escalated","data":{"content":"订单号： 1"}}';
const parts = () => ({ id: 'msg-1', seconds: Math.floor(Date.now() / 1000), body });

describe('the signature of a webhook', () => {
  it('is what the public package of Standard Webhooks verifies', () => {
    const headers = signatureHeaders(parts(), [NEW]);
    expect(new Webhook(NEW).verify(body, headers)).to.deep.equal(JSON.parse(body));
    expect(() => new Webhook(OLD).verify(body, headers)).to.throw('No matching signature');
    expect(() => new Webhook(NEW).verify(`${body} `, headers)).to.throw('No matching signature');
  });

  it('is verified with the old and with the new secret while both are configured', () => {
    const headers = signatureHeaders(parts(), [NEW, OLD]);
    for (const secret of [NEW, OLD]) new Webhook(secret).verify(body, headers);
    expect(headers['webhook-signature']?.split(' ')).to.have.length(2);
  });

  it('is over the id and the time of the attempt', () => {
    const headers = signatureHeaders(parts(), [NEW]);
    expect(() => new Webhook(NEW).verify(body, { ...headers, 'webhook-id': 'msg-2' })).to.throw();
    const later = String(Number(headers['webhook-timestamp']) + 1);
    expect(() => new Webhook(NEW).verify(body, { ...headers, 'webhook-timestamp': later })).to.throw();
  });
});
