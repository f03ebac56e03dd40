/** Arbitrary requests on raw connections: each gets an answer with a status or is ended, and nobody else notices. */

import { expect } from 'chai';
import fc from 'fast-check';
import { openRawSocket } from '../support/raw-socket.ts';
import type { Service } from '../support/service.ts';
import { createSurroundings, type Surroundings } from '../support/surroundings.ts';

const path = fc.oneof(
  fc.constantFrom(
    '/orders',
    '/orders/1',
    '/payments/notify',
    '/reminder/1',
    '/orders/1/reminders',
    '/readyz',
  ),
  fc.webPath(),
  fc.string().map((text) => `/orders/${encodeURI(text.replace(/[\ud800-\udfff]/g, ''))}`),
  fc.stringMatching(/^\/[!-~]{0,80}$/),
);
const method = fc.oneof(
  fc.constantFrom('GET', 'POST', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'TRACE', 'PATCH'),
  fc.stringMatching(/^[A-Z]{1,12}$/),
);
const headers = fc.dictionary(fc.stringMatching(/^[A-Za-z-]{1,20}$/), fc.stringMatching(/^[ -~]{0,60}$/), {
  maxKeys: 8,
});
const body = fc.oneof(fc.json(), fc.string({ maxLength: 200 }), fc.constant('{"amount":1}'), fc.constant(''));

/** Answers that it may give. A request that it cannot even read may be 4xx of the parser's own, or just the end. */
const KNOWN = [200, 201, 400, 403, 404, 405, 409, 413, 422, 426, 429, 431, 505];

describe('arbitrary requests', () => {
  let around: Surroundings;
  let service: Service;
  before(async () => {
    around = await createSurroundings();
    service = await around.serve();
  });
  after(() => around.tearDown());

  async function isWell(): Promise<void> {
    const answer = await fetch(`${service.url}/orders`, { method: 'POST', body: '{"amount":1}' });
    expect(answer.status).to.equal(201);
  }

  it('get an answer with a known status, or the end of their connection', async () => {
    await fc.assert(
      fc.asyncProperty(method, path, headers, body, async (verb, target, fields, content) => {
        const raw = await openRawSocket(service.url);
        const lines = Object.entries(fields).filter(
          ([name]) => !/^(content-length|transfer-encoding|connection|upgrade|host|expect)$/i.test(name),
        );
        const length = Buffer.byteLength(content);
        raw.write(
          `${verb} ${target} HTTP/1.1\r\nHost: x\r\n${lines.map(([n, v]) => `${n}: ${v}\r\n`).join('')}` +
            `Content-Length: ${length}\r\n\r\n${content}`,
        );
        const head = await firstLine(raw);
        raw.socket.destroy();
        if (head !== '') expect(KNOWN, `${verb} ${target}: ${head}`).to.include(Number(head.split(' ')[1]));
      }),
      { numRuns: 300 },
    );
    await isWell();
  }).timeout(60_000);

  it('that are no HTTP at all are ended or ignored', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 2_000 }), async (bytes) => {
        const raw = await openRawSocket(service.url);
        raw.write(bytes);
        raw.write('\r\n\r\n');
        await raw.over(20);
        expect(raw.heard()).not.to.match(/^HTTP\/1\.1 (2|500)/);
      }),
      { numRuns: 100 },
    );
    await isWell();
  }).timeout(60_000);

  it('that stop half-way do no harm', async () => {
    const whole = 'POST /orders HTTP/1.1\r\nHost: x\r\nContent-Length: 12\r\n\r\n{"amount":1}';
    for (let cut = 1; cut < whole.length; cut += 3) {
      const raw = await openRawSocket(service.url);
      raw.write(whole.slice(0, cut));
      await raw.over(2);
    }
    await isWell();
  }).timeout(60_000);
});

/** The status line; empty if the connection ended without one. */
async function firstLine(raw: Awaited<ReturnType<typeof openRawSocket>>): Promise<string> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, 5_000);
    const done = () => {
      clearTimeout(timer);
      resolve();
    };
    raw.socket.once('data', done);
    raw.socket.once('close', done);
  });
  return raw.heard().split('\r\n')[0] ?? '';
}
