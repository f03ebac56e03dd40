/** Payment callbacks that are signed: what is believed, and every way to be wrong. */

import { createHmac } from 'node:crypto';
import { expect } from 'chai';
import { type Answer, post } from '../support/http-client.ts';
import { openRawSocket } from '../support/raw-socket.ts';
import type { Service } from '../support/service.ts';
import { createSurroundings, type Surroundings } from '../support/surroundings.ts';
import { makeToken, WITH_SECRET } from '../support/tokens.ts';

const PAYMENT_SECRET = 'the secret of payments of 32 bytes';
const NEXT_SECRET = 'the next secret of payments as ditto';

for (const [mode, access] of [
  ['nobody is asked for tokens', {}],
  ['everybody is asked for tokens', WITH_SECRET],
] as const) {
  describe(`signed payment callbacks, while ${mode}`, () => {
    let around: Surroundings;
    let service: Service;
    let number: string;
    before(async () => {
      around = await createSurroundings();
      service = await around.serve({
        ...access,
        PAYMENTS_VERIFY: 'hmac',
        PAYMENTS_SECRETS: `${NEXT_SECRET},${PAYMENT_SECRET}`,
      });
    });
    beforeEach(async () => {
      const token = await makeToken({ claims: { scope: 'orders:write', shop: '*' } });
      const { body } = await post(
        service.url,
        '/orders',
        { amount: 1 },
        { headers: { authorization: `Bearer ${token}` } },
      );
      number = body.data.number;
    });
    after(() => around.tearDown());

    const now = () => Math.floor(Date.now() / 1000);
    const sign = (body: string, time: number | string = now(), secret = PAYMENT_SECRET) =>
      `t=${time},v1=${createHmac('sha256', secret).update(`${time}.${body}`).digest('hex')}`;
    const notify = (body: string, signature?: string, more: Record<string, string> = {}) => {
      const headers = { ...more, ...(signature === undefined ? {} : { 'Orderbell-Signature': signature }) };
      return post(service.url, '/payments/notify', body, { headers });
    };
    async function expectUnpaid(answer: Answer, msg: RegExp): Promise<void> {
      expect([answer.status, answer.body.reason]).to.deep.equal([401, 'unauthenticated']);
      expect(answer.body.msg).to.match(msg);
      const { rows } = await around.database.pool.query('SELECT pay_status FROM orders WHERE number = $1', [
        number,
      ]);
      expect(rows).to.deep.equal([{ pay_status: 0 }]);
    }

    it('are taken by their signature alone, and again while it lasts', async () => {
      const body = JSON.stringify({ outTradeNo: number });
      const signature = sign(body);
      for (const times of ['first', 'again'])
        expect((await notify(body, signature)).status, times).to.equal(200);
    });

    it('are signed over their bytes, not over what they mean', async () => {
      const body = ` { "outTradeNo" : "${number}", "茶" : 1.0 } `;
      await expectUnpaid(await notify(body, sign(JSON.stringify(JSON.parse(body)))), /does not match/);
      expect((await notify(body, sign(body))).status).to.equal(200);
    });

    it('are refused without a signature, whatever else they bring', async () => {
      const token = await makeToken({ claims: { scope: 'payments:notify', shop: '*' } });
      const body = JSON.stringify({ outTradeNo: number });
      await expectUnpaid(await notify(body), /missing/);
      await expectUnpaid(await notify(body, undefined, { authorization: `Bearer ${token}` }), /missing/);
    });

    it('are refused with a signature that is malformed, forged, old or from the future', async () => {
      const body = JSON.stringify({ outTradeNo: number });
      await expectUnpaid(await notify(body, 'v1=abc'), /must be t=/);
      await expectUnpaid(
        await notify(body, sign(body, now(), 'somebody else, of 32 bytes or so')),
        /does not match/,
      );
      await expectUnpaid(await notify(body, sign(body, now() - 310)), /over 300 s/);
      await expectUnpaid(await notify(body, sign(body, now() + 310)), /over 300 s/);
      await expectUnpaid(await notify(`${body} `, sign(body)), /does not match/);
    });

    it('are refused with the header twice, although one of them is right', async () => {
      const body = JSON.stringify({ outTradeNo: number });
      const socket = await openRawSocket(service.url);
      const lines = [sign(body), sign(body, now() - 1)]
        .map((one) => `Orderbell-Signature: ${one}\r\n`)
        .join('');
      const head = `POST /payments/notify HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n`;
      socket.write(`${head}${lines}Connection: close\r\n\r\n${body}`);
      await socket.over(5_000);
      expect(socket.heard()).to.match(/^HTTP\/1\.1 401 /);
    });

    it('are refused before they are read: a forger learns nothing of what a body must be', async () => {
      for (const body of ['', 'no JSON', '{}'])
        expect((await notify(body, sign('else'))).status).to.equal(401);
      expect((await notify('no JSON', sign('no JSON'))).status).to.equal(400);
      expect((await notify('{}', sign('{}'))).status).to.equal(422);
    });

    it('may be signed with either secret while one is changed for the other', async () => {
      const body = JSON.stringify({ outTradeNo: number });
      const signature = sign(body, now(), NEXT_SECRET);
      expect((await notify(body, signature)).status).to.equal(200);
    });
  });
}
