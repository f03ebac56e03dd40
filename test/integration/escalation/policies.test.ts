import { expect } from 'chai';
import type { EscalationPolicy } from '../../../src/domain/escalation-policy.ts';
import { createPolicyStore, setDefaultPolicy } from '../../../src/escalation/policies.ts';
import { createDatabase, type TestDatabase } from '../../support/servers-of-the-run.ts';

const policy = (afterSeconds: number): EscalationPolicy => ({
  steps: [{ afterSeconds, when: 'unheard', targets: ['platform'] }],
  expireAfterSeconds: 600,
});

describe('the policies in Postgres', () => {
  let database: TestDatabase;
  before(async () => {
    database = await createDatabase();
  });
  beforeEach(() => database.pool.query('TRUNCATE escalation_policies, escalation_default, shops CASCADE'));
  after(() => database.drop());

  const versions = async () =>
    (
      await database.pool.query(
        'SELECT shop_id, body, first_after_seconds, first_when, made_by FROM escalation_policies ORDER BY id',
      )
    ).rows;

  it('are none, then the default, then those of the shop, then the default again', async () => {
    const store = createPolicyStore(database.pool);
    const none = { shop: 'corner', source: 'none', version: null, madeAt: null, policy: null };
    expect(await store.read('corner')).to.deep.equal(none);
    const byDefault = await setDefaultPolicy(database.pool, policy(30));
    expect(await store.read('corner')).to.deep.include({
      source: 'default',
      version: byDefault,
      policy: policy(30),
    });
    const own = await store.set('corner', policy(60), 'ops-1');
    expect(own).to.deep.include({ source: 'shop', policy: policy(60) });
    expect(await store.read('corner')).to.deep.equal(own);
    expect(await store.read('other')).to.include({ source: 'default' });
    expect(await store.remove('corner')).to.include({ source: 'default', version: byDefault });
    expect(await store.remove('corner')).to.include({ source: 'default', version: byDefault });
    expect(await versions()).to.deep.equal([
      { shop_id: null, body: policy(30), first_after_seconds: 30, first_when: 'unheard', made_by: null },
      {
        shop_id: 'corner',
        body: policy(60),
        first_after_seconds: 60,
        first_when: 'unheard',
        made_by: 'ops-1',
      },
    ]);
  });

  it('make a version for another body only, and never change one', async () => {
    const store = createPolicyStore(database.pool);
    const first = await store.set('corner', policy(60), undefined);
    expect(await store.set('corner', policy(60), 'another')).to.deep.equal(first);
    const second = await store.set('corner', policy(61), undefined);
    const third = await store.set('corner', policy(60), undefined);
    expect(new Set([first.version, second.version, third.version]).size).to.equal(3);
    expect((await versions()).map(({ body }) => body)).to.deep.equal([policy(60), policy(61), policy(60)]);
  });

  it('have one version of the default, however many processes start with it at once', async () => {
    const set = await Promise.all(
      Array.from({ length: 8 }, () => setDefaultPolicy(database.pool, policy(30))),
    );
    expect(new Set(set).size).to.equal(1);
    expect(await versions()).to.have.length(1);
    await setDefaultPolicy(database.pool, policy(31));
    expect(await setDefaultPolicy(database.pool, undefined)).to.equal(undefined);
    expect(await createPolicyStore(database.pool).read('corner')).to.include({ source: 'none' });
    expect(await versions()).to.have.length(2);
  });

  it('do not lose one of two changes of a shop at once', async () => {
    const store = createPolicyStore(database.pool);
    const [one, two] = await Promise.all([
      store.set('new', policy(10), undefined),
      store.set('new', policy(20), undefined),
    ]);
    expect([one.policy, two.policy]).to.deep.equal([policy(10), policy(20)]);
    const last = Math.max(one.version ?? 0, two.version ?? 0);
    expect(await store.read('new')).to.include({ version: last });
  });
});
