/** TLS: what the service speaks itself, and what it insists on with RabbitMQ and Postgres. */

import { once } from 'node:events';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import { AppError } from '../../src/platform/errors.ts';
import { type Certificates, createCertificates, readPem } from '../support/certificates.ts';
import { runCli } from '../support/cli.ts';
import { ask } from '../support/http-client.ts';
import { openRawSocket } from '../support/raw-socket.ts';
import { startService } from '../support/service.ts';
import { createSurroundings, PLAIN, type Surroundings } from '../support/surroundings.ts';
import { startTlsProxy, type TlsProxy } from '../support/tls-proxy.ts';

describe('TLS', () => {
  let around: Surroundings;
  let certificates: Certificates;
  let proxies: TlsProxy[] = [];
  before(async () => {
    certificates = createCertificates();
    around = await createSurroundings();
  });
  afterEach(async () => {
    await around.clear();
    await Promise.all(proxies.map((proxy) => proxy.close()));
    proxies = [];
  });
  after(async () => {
    await around.tearDown();
    certificates.remove();
  });

  /** How the start fails. */
  async function failureOf(env: Record<string, string>): Promise<AppError> {
    const error = await startService(around.database, around.broker, env).then(
      async (service) => {
        await service.stop();
        throw new Error('it started');
      },
      (error) => error,
    );
    expect(error).to.be.instanceOf(AppError);
    return error;
  }

  describe('for clients', () => {
    const serve = () => {
      const { key, cert } = certificates.sign('service');
      return around.serve({ TLS_KEY: key, TLS_CERT: cert });
    };
    const trusted = () => ({ ca: readPem(certificates.authority.cert) });

    it('carries HTTP, and tells browsers to stay with it', async () => {
      const { port } = await serve();
      const outgoing = request({
        host: '127.0.0.1',
        port,
        path: '/healthz',
        agent: false,
        ...trusted(),
      }).end();
      const [response] = await once(outgoing, 'response');
      expect(response.statusCode).to.equal(200);
      expect(response.headers['strict-transport-security']).to.match(/^max-age=[0-9]{7,}/);
      expect(JSON.parse(await text(response)).data).to.include({ status: 'up' });
    });

    it('carries WebSocket, and a notification', async () => {
      const { port } = await serve();
      const socket = new WebSocket(`wss://localhost:${port}/ws/till?shop=secure`, trusted());
      await once(socket, 'open');
      const [[frame]] = await Promise.all([once(socket, 'message'), around.pay('secure', 7, 7)]);
      expect(JSON.parse(String(frame))).to.include({ type: 1, orderId: 7 });
      socket.close();
      await once(socket, 'close');
    });

    it('is no older than 1.2', async () => {
      const { port } = await serve();
      const old = { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
      const outgoing = request({ host: '127.0.0.1', port, agent: false, ...trusted(), ...old }).end();
      const [error] = await once(outgoing, 'error');
      expect(error.message).to.include('alert protocol version');
    });

    it('answers nothing to those who speak plainly', async () => {
      const { url } = await serve();
      const raw = await openRawSocket(url);
      raw.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
      expect(await raw.over(5_000)).to.equal('ended');
      expect(raw.heard()).not.to.include('HTTP');
    });

    it('is not told of where there is none', async () => {
      const { headers } = await ask((await around.serve()).url, '/healthz');
      expect(headers).not.to.have.property('strict-transport-security');
    });

    it('keeps the service from starting with a pair that does not fit, and says why', async () => {
      const { key } = certificates.sign('one');
      const { cert } = certificates.sign('another');
      for (const [env, message] of [
        [{ TLS_KEY: key }, /tls\.key and tls\.cert go together/],
        [{ TLS_KEY: key, TLS_CERT: '/nowhere' }, /tls\.cert: ENOENT/],
        [{ TLS_KEY: key, TLS_CERT: cert }, /tls\.key and tls\.cert cannot be used together/],
      ] as const) {
        const error = await failureOf(env);
        expect([error.code, error.message]).to.satisfy(
          ([code, printed]: string[]) => code === 'config-invalid' && message.test(printed ?? ''),
        );
      }
    });
  });

  describe('to RabbitMQ and Postgres', () => {
    async function proxied(which: 'amqp' | 'database', names?: string, clientAuthority = false) {
      const pair = certificates.sign(`${which}-server`, names === undefined ? {} : { names });
      const { broker, database } = around;
      const proxy = await startTlsProxy({
        to: which === 'amqp' ? broker.url : database.url,
        pair,
        postgres: which === 'database',
        ...(clientAuthority ? { clientAuthority: certificates.authority } : {}),
      });
      proxies.push(proxy);
      const url = new URL(which === 'amqp' ? broker.url : database.url);
      url.hostname = 'localhost';
      url.port = String(proxy.port);
      return { proxy, url };
    }
    const amqpUrl = (url: URL) => url.href.replace('amqp:', 'amqps:');
    function databaseUrl(url: URL, authority: string): string {
      url.searchParams.set('sslmode', 'verify-full');
      url.searchParams.set('sslrootcert', authority);
      return url.href;
    }

    it('carries all that goes between', async () => {
      const amqp = await proxied('amqp');
      const database = await proxied('database');
      const authority = certificates.authority.cert;
      const service = await around.serve({
        AMQP_URL: amqpUrl(amqp.url),
        AMQP_CA_FILE: authority,
        DATABASE_URL: databaseUrl(database.url, authority),
      });
      const till = await around.open(service, 'till', { ...PLAIN, query: { shop: 'encrypted' } });
      await around.pay('encrypted', 1, 1);
      expect(await till.next()).to.include({ orderId: 1 });
      expect(amqp.proxy.secured()).to.equal(2);
      expect(database.proxy.secured()).to.be.at.least(1);
    });

    it('shows its own certificate to a broker that asks for one', async () => {
      const amqp = await proxied('amqp', undefined, true);
      const client = certificates.sign('client');
      await around.serve({
        AMQP_URL: amqpUrl(amqp.url),
        AMQP_CA_FILE: certificates.authority.cert,
        AMQP_CERT_FILE: client.cert,
        AMQP_KEY_FILE: client.key,
      });
      expect(amqp.proxy.secured()).to.equal(2);
    });

    it('carries the commands', async () => {
      const amqp = await proxied('amqp');
      const database = await proxied('database');
      const authority = certificates.authority.cert;
      const env = {
        AMQP_URL: amqpUrl(amqp.url),
        AMQP_CA_FILE: authority,
        DATABASE_URL: databaseUrl(database.url, authority),
      };
      await around.serve();
      const dead = await runCli(['dead', 'list'], { broker: around.broker, env });
      expect([dead.error, dead.lines]).to.deep.equal([undefined, ['0 dead letters']]);
      const migrated = await runCli(['migrate', 'up'], { env });
      expect([migrated.error, migrated.lines]).to.deep.equal([undefined, ['nothing to apply']]);
      expect([amqp.proxy.secured(), database.proxy.secured()].every((count) => count > 0)).to.equal(true);
    });

    for (const [what, names, ofAuthority] of [
      ['whose certificate nobody knows', undefined, false],
      ['whose certificate is of another host', 'DNS:elsewhere.example', true],
    ] as const) {
      it(`is refused at once with a broker ${what}`, async () => {
        const { url } = await proxied('amqp', names);
        const began = performance.now();
        const error = await failureOf({
          AMQP_URL: amqpUrl(url),
          ...(ofAuthority ? { AMQP_CA_FILE: certificates.authority.cert } : {}),
        });
        expect(error.code).to.equal('broker-unavailable');
        expect(error.message).to.match(/^RabbitMQ: .*(verify|issuer|altnames).*amqp\.caFile names/);
        expect(performance.now() - began).to.be.below(10_000);
      });

      it(`is refused at once with a database ${what}`, async () => {
        const { url } = await proxied('database', names);
        const wrong = certificates.sign('nobody').cert;
        const began = performance.now();
        const error = await failureOf({
          DATABASE_URL: databaseUrl(url, ofAuthority ? certificates.authority.cert : wrong),
        });
        expect(error.code).to.equal('database-unavailable');
        expect(error.message).to.match(/^Postgres: .*(verify|issuer|altnames)/);
        expect(performance.now() - began).to.be.below(10_000);
      });
    }

    it('is refused at once where the files are not there', async () => {
      const amqp = await failureOf({ AMQP_URL: 'amqps://localhost', AMQP_CA_FILE: '/nowhere' });
      expect([amqp.code, amqp.message]).to.satisfy(
        ([code, printed]: string[]) =>
          code === 'config-invalid' && /^amqp\.caFile: ENOENT/.test(printed ?? ''),
      );
      const database = await failureOf({
        DATABASE_URL: databaseUrl(new URL(around.database.url), '/nowhere'),
      });
      expect(database.message).to.match(/^Postgres: ENOENT.*\/nowhere/);
    });
  });
}).timeout(30_000);
