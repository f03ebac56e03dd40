/** The frames `seen` and `spoken`, from the socket to the table. */

import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { scrape } from '../support/metrics.ts';
import type { Service } from '../support/service.ts';
import { createSurroundings, PLAIN, type Surroundings, seqsOf } from '../support/surroundings.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';

describe('progress of a shop', () => {
  let around: Surroundings;
  let postgres: TcpProxy;
  let service: Service;
  before(async () => {
    around = await createSurroundings();
    postgres = await startTcpProxy(around.database.url);
    service = await around.serve({ DATABASE_URL: postgres.url });
  });
  after(async () => {
    postgres.restore();
    await around.tearDown();
    await postgres.close();
  });

  const join = async (shop: string, sid = 'till-1') => {
    const client = await around.open(service, sid, { query: { shop, since: 0 } });
    const { epoch } = await client.nextOf('ready');
    return { client, epoch };
  };
  const rowsOf = async (shop: string) => {
    const { rows } = await around.database.pool.query<{ row: string }>(
      `SELECT concat_ws(' ', kind, seq, sid) AS row FROM progress WHERE shop_id = $1 ORDER BY at`,
      [shop],
    );
    return rows.map(({ row }) => row);
  };
  const alert = async (shop: string, from: number, to: number) => {
    const { client, epoch } = await join(shop);
    await around.pay(shop, from, to);
    await eventually(() => expect(seqsOf(client).at(-1)).to.equal(to));
    return { client, epoch };
  };

  it('is stored once for what several tills report, and has no answer', async () => {
    const { client, epoch } = await alert('both', 1, 3);
    const { client: other } = await join('both', 'till-2');
    client.send({ kind: 'spoken', seq: 2, epoch });
    await eventually(async () => expect(await rowsOf('both')).to.deep.equal(['spoken 2 till-1']));
    other.send({ kind: 'spoken', seq: 2 });
    other.send({ kind: 'seen', seq: 3 });
    await eventually(async () =>
      expect(await rowsOf('both')).to.deep.equal(['spoken 2 till-1', 'seen 3 till-2']),
    );
    other.send({ kind: 'seen', seq: 9 });
    expect(await other.nextOf('error')).to.include({ code: 'unknown-seq', seq: 9 });
    client.send({ kind: 'spoken', seq: 3, epoch: 'another' });
    expect(await client.nextOf('error')).to.include({ code: 'wrong-epoch', seq: 3 });
    expect(other.frames.filter(({ kind }) => kind === 'error')).to.have.length(1);
  });

  it('is measured from the payment, once for each order', async () => {
    const count = async (name: string) =>
      (await scrape(service.url)).value(`orderbell_paid_to_${name}_seconds_count`);
    const before = [await count('spoken'), await count('acknowledged')];
    const { client } = await alert('measured', 1, 2);
    client.send({ kind: 'spoken', seq: 1 });
    await eventually(async () => expect(await count('spoken')).to.equal((before[0] ?? 0) + 1));
    for (const _ of [1, 2]) client.send({ kind: 'ack', seq: 2 });
    await client.nextOf('receipt');
    client.send({ kind: 'spoken', seq: 2 });
    await eventually(async () => expect(await rowsOf('measured')).to.have.length(2));
    expect([await count('spoken'), await count('acknowledged')]).to.deep.equal(
      before.map((n) => (n ?? 0) + 1),
    );
  });

  it('takes no report of a plain client, which stays as it is', async () => {
    const { client } = await alert('plain', 1, 1);
    const plain = await around.open(service, 'old', { ...PLAIN, query: { shop: 'plain' } });
    plain.send({ kind: 'spoken', seq: 1 });
    plain.send({ kind: 'seen', seq: 1 });
    client.send({ kind: 'seen', seq: 1 });
    await eventually(async () => expect(await rowsOf('plain')).to.deep.equal(['seen 1 till-1']));
    await around.pay('plain', 2, 2);
    expect(await plain.next()).to.include({ type: 1, orderId: 2 });
    expect(plain.frames).to.have.length(1);
  });

  it('is bounded under a flood: few rows, none twice, and the alerts come', async () => {
    const { client } = await alert('flood', 1, 15);
    for (let seq = 1; seq <= 15; seq++) client.send({ kind: 'spoken', seq });
    await eventually(async () => expect((await rowsOf('flood')).at(-1)).to.equal('spoken 15 till-1'));
    const rows = await rowsOf('flood');
    expect(rows.length).to.be.below(10);
    expect(new Set(rows).size).to.equal(rows.length);
    await around.pay('flood', 16, 16);
    await eventually(() => expect(seqsOf(client).at(-1)).to.equal(16));
  });

  it('waits while Postgres is away, and is in its table afterwards', async () => {
    const { client } = await alert('away', 1, 3);
    postgres.cut();
    for (const seq of [1, 2, 3]) client.send({ kind: 'spoken', seq });
    client.send({ kind: 'seen', seq: 4 });
    await client.nextOf('error');
    postgres.restore();
    await eventually(async () => expect((await rowsOf('away')).at(-1)).to.equal('spoken 3 till-1'));
    const metrics = await scrape(service.url);
    expect(metrics.value('orderbell_progress_dropped_total')).to.equal(0);
  });
});
