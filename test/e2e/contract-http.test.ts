/** The OpenAPI document against the running service: the same routes, and every answer as it says. */

import { Writable } from 'node:stream';
import { expect } from 'chai';
import pino from 'pino';
import { EXAMPLE_ORDER_URL, EXAMPLE_VAPID_KEY } from '../../src/contracts/push-operations.ts';
import { SCOPES } from '../../src/domain/access.ts';
import { signPayment } from '../../src/payments/own-signature.ts';
import { type Contract, type Json, readContract } from '../support/contract.ts';
import { eventually } from '../support/eventually.ts';
import { type Answer, type AskOptions, ask } from '../support/http-client.ts';
import { openRawSocket } from '../support/raw-socket.ts';
import type { Service } from '../support/service.ts';
import { createSurroundings, type Surroundings } from '../support/surroundings.ts';
import { makeToken, WITH_SECRET } from '../support/tokens.ts';

/** What an example cannot foretell: times, generated ids, epochs, and the number of an order that came without one. */
const VARIES = /^(\d{4}-\d\d-\d\dT[\d:.]+Z|[0-9a-f-]{36}(\.[0-9a-f]{8})?|\d{23})$/;

const shapeOf = (answer: unknown): unknown =>
  JSON.parse(JSON.stringify(answer), (_, value) => (VARIES.test(value) ? 'varies' : value));

/** Those that the examples name. */
const PLATFORM = {
  kind: 'webhook',
  url: 'https://platform.example/',
  secret: `whsec_${Buffer.alloc(32, 'k').toString('base64')}`,
};
const TARGETS = JSON.stringify({ platform: PLATFORM });

const UPGRADE = {
  connection: 'upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
};

/** The public key is that of the example. */
const VAPID = {
  ESCALATION_VAPID_PUBLIC_KEY: EXAMPLE_VAPID_KEY,
  ESCALATION_VAPID_PRIVATE_KEY: 'g1QsWyQ_WEilAWxf9MRTuuR24fmWcMVuRbv3-tTa-wA',
  ESCALATION_VAPID_SUBJECT: 'mailto:ops@shops.example',
};

describe('the OpenAPI document, against the service', () => {
  let around: Surroundings;
  let service: Service;
  let contract: Contract;
  const served: string[] = [];
  before(async () => {
    around = await createSurroundings();
    await around.database.pool.query('ALTER TABLE orders ALTER COLUMN id RESTART WITH 1024');
    const lines = new Writable({
      write(line, _, done) {
        served.push(...(JSON.parse(line).routes ?? []));
        done();
      },
    });
    service = await around.serve(
      { ESCALATION_TARGETS: TARGETS, CONSOLE_ORDER_URL: EXAMPLE_ORDER_URL, ...VAPID },
      { logger: pino({ level: 'debug' }, lines) },
    );
    contract = readContract((await ask(service.url, '/openapi.json')).body);
  });
  after(() => around.tearDown());

  /** Fails unless the answer is what the document says of that operation and status. */
  function expectDocumented(
    path: string,
    method: string,
    answer: Pick<Answer, 'status' | 'headers' | 'body'>,
    by = contract,
  ): void {
    const { responses } = by.at('paths', path, method);
    const place = [
      'paths',
      path,
      method,
      'responses',
      answer.status in responses ? answer.status : 'default',
    ];
    const schema = [...place, 'content', 'application/json', 'schema'];
    expect(by.faults(schema, answer.body), `${method} ${path} ${answer.status}`).to.deep.equal([]);
    for (const header of Object.keys(by.at(...place).headers ?? {})) {
      expect(answer.headers, `${method} ${path} ${answer.status}`).to.have.property(header.toLowerCase());
    }
  }

  it('has every route that is served, and no other', () => {
    const documented = Object.entries<Json>(contract.document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const registered = served.map((route) => route.replaceAll(/:(\w+)/g, '{$1}'));
    expect(documented).to.have.members([...registered, 'GET /ws/{sid}']);
  });

  it('tells a story by its examples, which happens as it is told', async () => {
    let asked = 0;
    for (const [path, methods] of Object.entries<Json>(contract.document.paths)) {
      for (const [method, operation] of Object.entries<Json>(methods)) {
        for (const { name, status, value } of answersOf(operation)) {
          const { url, options } = questionOf(name, path, operation);
          const title = `${method} ${path}: ${name}`;
          const answer = await eventually(async () => {
            const got = await ask(service.url, url, { ...options, method: method.toUpperCase() });
            // An event takes a moment to reach the log; whatever changes something is asked once.
            if (operation.tags.includes('log'))
              expect(shapeOf(got.body), title).to.deep.equal(shapeOf(value));
            return got;
          });
          expect(`${answer.status}`, title).to.equal(status);
          expect(shapeOf(answer.body), title).to.deep.equal(shapeOf(value));
          expectDocumented(path, method, answer);
          asked++;
        }
      }
    }
    expect(asked).to.be.greaterThan(15);
  });

  it('says how a body is refused', async () => {
    const huge = { amount: 1, number: 'x'.repeat(70_000) };
    const bodies: [number, unknown][] = [
      [400, '{'],
      [413, huge],
      [422, {}],
    ];
    for (const [path, methods] of Object.entries<Json>(contract.document.paths)) {
      for (const [method, { requestBody }] of Object.entries<Json>(methods)) {
        if (requestBody === undefined) continue;
        for (const [status, body] of bodies) {
          const answer = await ask(service.url, path, { method: method.toUpperCase(), body });
          expect(answer.status, path).to.equal(status);
          expectDocumented(path, method, answer);
        }
      }
    }
  });

  it('says how a path is refused', async () => {
    for (const [path, methods] of Object.entries<Json>(contract.document.paths)) {
      for (const [method, { parameters = [] }] of Object.entries<Json>(methods)) {
        if (!parameters.some((parameter: Json) => parameter.in === 'path') || path.startsWith('/ws/'))
          continue;
        const answer = await ask(service.url, path.replace(/\{\w+\}/, '%zz'), {
          method: method.toUpperCase(),
        });
        expect(answer.status, path).to.equal(422);
        expectDocumented(path, method, answer);
      }
    }
  });

  it('says how a query is refused, and a prefetched reminder, and an upgrade', async () => {
    const log = '/shops/{shop}/notifications';
    for (const query of ['since=-1', 'since=x', 'limit=0', 'limit=1001']) {
      const answer = await ask(service.url, `/shops/default/notifications?${query}`);
      expect(answer.status, query).to.equal(422);
      expectDocumented(log, 'get', answer);
    }
    const prefetched = await ask(service.url, '/reminder/1024', { headers: { 'sec-purpose': 'prefetch' } });
    expect(prefetched.status).to.equal(403);
    expectDocumented('/reminder/{id}', 'get', prefetched);
    const refused = await ask(service.url, '/ws/till-1?since=x', { headers: UPGRADE });
    expect(refused.status).to.equal(400);
    expectDocumented('/ws/{sid}', 'get', refused);
  });

  it('says of which type an answer is', async () => {
    for (const [path, { get }] of Object.entries<Json>(contract.document.paths)) {
      if (get === undefined || (get.parameters ?? []).some(({ required }: Json) => required)) continue;
      const answer = await ask(service.url, path);
      if (answer.status >= 400) expectDocumented(path, 'get', answer);
      else {
        const [type] = answer.headers['content-type']?.split(';') ?? [];
        expect(Object.keys(get.responses[answer.status].content), path).to.include(type);
      }
    }
  });

  it('says how a request is refused of which nobody knows where it ends', async () => {
    const socket = await openRawSocket(service.url);
    socket.write('POST /orders HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}');
    expect(await socket.over(5_000)).to.equal('ended');
    const [head = '', body = ''] = socket.heard().split('\r\n\r\n');
    expect(head).to.match(/^HTTP\/1.1 400 /);
    expectDocumented('/orders', 'post', { status: 400, headers: {}, body: JSON.parse(body) });
  });

  it('says how a payment of a cancelled order is refused', async () => {
    await around.database.pool.query(
      "INSERT INTO orders (number, shop_id, amount, status) VALUES ('C-1', 'default', 1, 6)",
    );
    const answer = await ask(service.url, '/payments/notify', {
      method: 'POST',
      body: { outTradeNo: 'C-1' },
    });
    expect(answer.status).to.equal(409);
    expectDocumented('/payments/notify', 'post', answer);
  });

  it('says how any other method is refused', async () => {
    for (const path of Object.keys(contract.document.paths)) {
      const answer = await ask(service.url, path.replace(/\{\w+\}/, '1'), { method: 'PATCH' });
      expect(answer.status, path).to.equal(405);
      for (const method of Object.keys(contract.document.paths[path])) expectDocumented(path, method, answer);
    }
  });

  it('says what a process answers that is not ready', async () => {
    const stopping = await around.serve({ DRAIN_READY_SECONDS: '1' });
    const stopped = stopping.stop();
    const answer = await eventually(async () => {
      const got = await ask(stopping.url, '/readyz');
      expect(got.status).to.equal(503);
      return got;
    });
    expectDocumented('/readyz', 'get', answer);
    await stopped;
  });

  it('says which routes want a token, of which scope, and what happens without', async () => {
    const guarded = await around.serve(WITH_SECRET);
    const wants = readContract((await ask(guarded.url, '/openapi.json')).body);
    let closed = 0;
    for (const [path, methods] of Object.entries<Json>(wants.document.paths)) {
      for (const [method, { security = [] }] of Object.entries<Json>(methods)) {
        const title = `${method} ${path}`;
        const upgrade = path.startsWith('/ws/') ? UPGRADE : {};
        const tryUpgrade = (headers: Record<string, string>) =>
          ask(guarded.url, path.replace(/\{\w+\}/, '1'), {
            method: method.toUpperCase(),
            headers: { ...upgrade, ...headers },
          });
        if (security.length === 0) {
          expect((await tryUpgrade({})).status, title).not.to.be.oneOf([401, 403]);
          continue;
        }
        closed++;
        const scopes = security.flatMap(({ token }: Json) => token);
        const without = await tryUpgrade({});
        expect(without.status, title).to.equal(401);
        expectDocumented(path, method, without, wants);
        const others = SCOPES.filter((scope) => !scopes.includes(scope)).join(' ');
        const withOthers = await makeToken({ claims: { shop: '*', scope: others } });
        const lacking = await tryUpgrade({ authorization: `Bearer ${withOthers}` });
        expect(lacking.status, title).to.equal(403);
        expectDocumented(path, method, lacking, wants);
        if (path.startsWith('/ws/')) continue;
        for (const scope of scopes) {
          const token = await makeToken({ claims: { shop: '*', scope } });
          expect((await tryUpgrade({ authorization: `Bearer ${token}` })).status, title).not.to.be.oneOf([
            401, 403,
          ]);
        }
      }
    }
    expect(closed).to.be.greaterThan(5);
  });

  it('says that payments want a signature where signatures are checked', async () => {
    const secret = 'shared with the payment provider alone';
    const guarded = await around.serve({ PAYMENTS_VERIFY: 'hmac', PAYMENTS_SECRETS: secret });
    const wants = readContract((await ask(guarded.url, '/openapi.json')).body);
    const { security } = wants.at('paths', '/payments/notify', 'post');
    expect(security).to.deep.equal([{ signature: [] }]);
    const { name } = wants.at('components', 'securitySchemes', 'signature');
    const body = JSON.stringify({ outTradeNo: 'nobody-s' });
    const unsigned = await ask(guarded.url, '/payments/notify', { method: 'POST', body });
    expect(unsigned.status).to.equal(401);
    expectDocumented('/payments/notify', 'post', unsigned, wants);
    const signature = signPayment(body, secret, Math.floor(Date.now() / 1000));
    const signed = await ask(guarded.url, '/payments/notify', {
      method: 'POST',
      body,
      headers: { [name]: signature },
    });
    expect(signed.status).to.equal(404);
  });

  for (const path of ['/openapi.json', '/asyncapi.json']) {
    it(`is sent once to whoever keeps ${path}`, async () => {
      const first = await ask(service.url, path);
      const { etag = '' } = first.headers;
      expect(first.headers).to.include({ 'cache-control': 'no-cache' });
      expect(first.headers['content-type']).to.match(/^application\/json/);
      for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
        const again = await ask(service.url, path, { headers: { 'if-none-match': known } });
        expect(again, known).to.include({ status: 304, text: '' });
        expect(again.headers.etag).to.equal(etag);
      }
      for (const other of ['"other"', etag.slice(1, -1)]) {
        const anew = await ask(service.url, path, { headers: { 'if-none-match': other } });
        expect(anew.status, other).to.equal(200);
      }
      const head = await ask(service.url, path, { method: 'HEAD' });
      expect(head).to.include({ status: 200, text: '' });
      expect(head.headers['content-length']).to.equal(String(Buffer.byteLength(first.text)));
    });
  }

  it('is served by a gateway alone as well', async () => {
    const gateway = await around.serve({ ROLES: 'gateway' });
    expect((await ask(gateway.url, '/openapi.json')).body).to.deep.equal(contract.document);
  });
});

/** The examples of an operation's answers, in the order in which its questions are written. */
function answersOf({
  requestBody,
  parameters = [],
  responses,
}: Json): { name: string; status: string; value: Json }[] {
  const answers = Object.entries<Json>(responses).flatMap(([status, { content = {} }]) =>
    Object.entries<Json>(content['application/json']?.examples ?? {}).map(([name, { value }]) => ({
      name,
      status,
      value,
    })),
  );
  const asked = [requestBody?.content['application/json'], ...parameters].flatMap((place) =>
    Object.keys(place?.examples ?? {}),
  );
  return answers.sort((a, b) => asked.indexOf(a.name) - asked.indexOf(b.name));
}

/** What to send for the example of that name. */
function questionOf(name: string, path: string, operation: Json): { url: string; options: AskOptions } {
  const query = new URLSearchParams();
  let url = path;
  for (const parameter of operation.parameters ?? []) {
    const value = parameter.examples?.[name]?.value;
    if (parameter.in === 'path') url = url.replace(`{${parameter.name}}`, encodeURIComponent(value));
    else if (value !== undefined) query.set(parameter.name, value);
  }
  const body = operation.requestBody?.content['application/json'].examples?.[name]?.value;
  return { url: `${url}?${query}`, options: body === undefined ? {} : { body } };
}
