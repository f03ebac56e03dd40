import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { SIGNATURE_HEADER } from '../../src/domain/payment-provider.ts';
import { signPayment } from '../../src/payments/own-signature.ts';
import { eventually } from '../support/eventually.ts';
import { ask, post } from '../support/http-client.ts';
import { connectSocket, type SocketClient, V1 } from '../support/socket-client.ts';
import { docker } from './built-image.ts';
import { bringUp, type Composition } from './composition.ts';

describe('the composition', function () {
  this.timeout(120_000);
  let composition: Composition;
  const clients: SocketClient[] = [];
  before(async function () {
    this.timeout(600_000);
    composition = await bringUp();
    console.log(`composition: healthy after ${(composition.healthyAfterMs / 1000).toFixed(1)} s`);
  });
  after(async () => {
    for (const { socket } of clients) socket.terminate();
    await composition?.down();
  });

  async function listen(sid: string, query: Record<string, string | number> = {}): Promise<SocketClient> {
    const { url, token } = composition;
    const client = await connectSocket(url, sid, { protocol: V1, token, query });
    clients.push(client);
    await client.nextOf('ready');
    return client;
  }
  async function pay(number: string): Promise<void> {
    const { url, token, paymentSecret } = composition;
    const bearer = { authorization: `Bearer ${token}` };
    const created = await post(url, '/orders', { number, amount: 100 }, { headers: bearer });
    expect(created.status).to.equal(201);
    const notice = JSON.stringify({ outTradeNo: number });
    const signature = signPayment(notice, paymentSecret, Math.floor(Date.now() / 1000));
    const headers = { [SIGNATURE_HEADER]: signature };
    expect((await post(url, '/payments/notify', notice, { headers })).status).to.equal(200);
  }
  /** What rang before may still come: a gateway that missed it while RabbitMQ was away has it from the log. */
  const rings = ({ frames }: SocketClient, number: string) =>
    eventually(() => expect(frames.map(({ content }) => content)).to.include(`订单号： ${number}`));

  it('is ready behind its proxy', async () => {
    const answer = await eventually(async () => {
      const got = await ask(composition.url, '/readyz');
      expect(got.status).to.equal(200);
      return got;
    });
    expect(answer.body.data).to.deep.equal({ postgres: 'up', rabbitmq: 'up', draining: false });
  });

  it('lets nobody in without a token or a signature', async () => {
    const { url } = composition;
    expect((await post(url, '/orders', { amount: 100 })).status).to.equal(401);
    expect((await post(url, '/payments/notify', { outTradeNo: 'C-0' })).status).to.equal(401);
    const refused = connectSocket(url, 'till-0').then(
      () => 'let in',
      (error) => error.message,
    );
    expect(await refused).to.equal('refused with 401');
  });

  it('shows its metrics to nobody outside', async () => {
    const answer = await fetch(`${composition.url}/metrics`);
    expect([answer.status, await answer.text()]).to.deep.equal([404, '']);
  });

  it('keeps its processes small: no root, no capability, no file system to write to', async () => {
    for (const service of ['http', 'gateway-1', 'gateway-2', 'proxy']) {
      const id = await composition.container(service);
      const status = await docker(
        'exec',
        id,
        'grep',
        '-E',
        '^(Uid|CapBnd|CapEff|NoNewPrivs|Seccomp):',
        '/proc/self/status',
      );
      expect(status, service)
        .to.match(/^Uid:\t[1-9]/m)
        .and.match(/^CapEff:\t0+$/m)
        .and.match(/^CapBnd:\t0+$/m);
      expect(status, service).to.match(/^NoNewPrivs:\t1$/m);
      expect(await docker('inspect', '--format', '{{.HostConfig.ReadonlyRootfs}}', id), service).to.equal(
        'true',
      );
    }
  });

  it('leaves its servers the capabilities that their start needs, and no more', async () => {
    // CHOWN, DAC_OVERRIDE, FOWNER, SETGID, SETUID: the bits 0, 1, 3, 6 and 7.
    for (const service of ['postgres', 'rabbitmq']) {
      const id = await composition.container(service);
      const status = await docker('exec', id, 'grep', '-E', '^(CapBnd|NoNewPrivs):', '/proc/1/status');
      expect(status, service)
        .to.match(/^CapBnd:\t00000000000000cb$/m)
        .and.match(/^NoNewPrivs:\t1$/m);
    }
  });

  it('runs the service as a role that only reads and writes rows', async () => {
    const { DATABASE_URL } = Object.fromEntries(
      JSON.parse(
        await docker('inspect', '--format', '{{json .Config.Env}}', await composition.container('http')),
      ).map((line: string) => line.split(/=(.*)/s)),
    );
    expect(new URL(DATABASE_URL).username).to.equal('orderbell_service');
    const psql = ['psql', '-h', '127.0.0.1', '-U', 'orderbell_service', '-d', 'orderbell', '-tAc'];
    const { password } = new URL(DATABASE_URL);
    const postgres = await composition.container('postgres');
    const query = (statement: string) =>
      docker('exec', '-e', `PGPASSWORD=${password}`, postgres, ...psql, statement);
    expect(await query('SELECT rolsuper FROM pg_roles WHERE rolname = current_user')).to.equal('f');
    const refused = await query('CREATE TABLE mine (id int)').catch((error) => error.message);
    expect(refused).to.match(/permission denied/);
  });

  it('rings for an order at the sessions of both gateways', async () => {
    const sids = ['till-1', 'till-2', 'till-3', 'till-4'];
    const tills: SocketClient[] = [];
    for (const sid of sids) tills.push(await listen(sid));
    await pay('C-1');
    for (const till of tills) await rings(till, 'C-1');
    const [first, second] = await Promise.all(['gateway-1', 'gateway-2'].map(composition.sidsAt));
    expect(first).to.have.length(2);
    expect(second).to.have.length(2);
    expect([...(first ?? []), ...(second ?? [])]).to.have.members(sids);
  });

  it('takes payments while RabbitMQ is away, and rings for them when it is back', async () => {
    const till = await listen('till-5');
    const rabbitmq = await composition.container('rabbitmq');
    await docker('kill', rabbitmq);
    const contents: string[] = [];
    // For longer than the proxy would take to pass over a process that it thinks unfit.
    for (const until = performance.now() + 5_000; performance.now() < until; ) {
      const number = `C-2-${contents.length}`;
      await pay(number);
      contents.push(`订单号： ${number}`);
      await pause(50); // far below what one address may ask
    }
    await docker('start', rabbitmq);
    await eventually(() => {
      expect(till.frames.flatMap(({ content }) => content ?? [])).to.have.members(contents);
    }, 60_000);
  });

  it('hands the sessions of a gateway that stops to the other, and the process ends in time with 0', async () => {
    const sids = ['stopped-1', 'stopped-2', 'stopped-3', 'stopped-4'];
    const tills = new Map<string, SocketClient>();
    for (const sid of sids) tills.set(sid, await listen(sid));
    const stopped = new Set(await composition.sidsAt('gateway-1'));
    const gateway = await composition.container('gateway-1');
    const started = performance.now();
    await docker('stop', '--time', '60', gateway);
    const seconds = (performance.now() - started) / 1000;
    console.log(`composition: a gateway stopped in ${seconds.toFixed(1)} s`);
    expect(await docker('inspect', '--format', '{{.State.ExitCode}}', gateway)).to.equal('0');
    expect(seconds).to.be.lessThan(40);

    const [gone, stayed] = [sids.filter((sid) => stopped.has(sid)), sids.filter((sid) => !stopped.has(sid))];
    expect([gone, stayed].map(({ length }) => length)).to.deep.equal([2, 2]);
    for (const sid of gone) {
      expect(await tills.get(sid)?.closed).to.equal(1012);
      tills.set(sid, await listen(sid));
    }
    await pay('C-3');
    for (const till of tills.values()) await rings(till, 'C-3');
    expect(await composition.sidsAt('gateway-2')).to.include.members(sids);
  });

  it('sends new sessions to a gateway that is back', async () => {
    await docker('start', await composition.container('gateway-1'));
    let attempt = 0;
    const till = await eventually(async () => {
      const sid = `again-${++attempt}`;
      const client = await listen(sid);
      expect(await composition.sidsAt('gateway-1')).to.include(sid);
      return client;
    }, 30_000);
    console.log(`composition: a gateway was ready after ${await composition.readyAfterMs('gateway-1')} ms`);
    await pay('C-4');
    await rings(till, 'C-4');
  });
});
