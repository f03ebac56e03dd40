/** Pairing codes and tills in Postgres: one use, a bounded number of tries, an end by Postgres's clock. */

import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { forgetTills, readRemovedTills, subjectOf } from '../../../src/auth/kept-tills.ts';
import { openTillSigning, type TillSigning } from '../../../src/auth/till-signing.ts';
import { createTills } from '../../../src/auth/tills.ts';
import type { Tills } from '../../../src/domain/till.ts';
import { createLogger } from '../../../src/platform/logger.ts';
import { atOnce } from '../../support/at-once.ts';
import { createDatabase, type TestDatabase } from '../../support/servers-of-the-run.ts';
import { SECRET } from '../../support/tokens.ts';

const SIGNING = { mode: 'jwt', secret: SECRET, issuer: '', audience: '', keyFile: '' } as const;
const TRIES = 20;

describe('pairing codes', () => {
  let database: TestDatabase;
  let signing: TillSigning;
  let tills: Tills;
  before(async () => {
    database = await createDatabase();
    const opened = await openTillSigning(SIGNING);
    if (typeof opened === 'string') throw new Error(opened);
    signing = opened;
    tills = tillsAt(Date.now);
  });
  beforeEach(() => database.pool.query('TRUNCATE pairing_codes, tills'));
  after(() => database.drop());

  function tillsAt(now: () => number): Tills {
    const logger = createLogger('silent');
    const settings = { tokenSeconds: 30 * 86_400, codeMinutes: 10, triesPerCode: TRIES };
    return createTills({ pool: database.pool, signing, ...settings, logger, now });
  }
  /** Six digits that are none of these. */
  function wrong(count: number, ...codes: readonly string[]): string[] {
    const all = Array.from({ length: count + codes.length }, (_, index) => String(index).padStart(6, '0'));
    return all.filter((code) => !codes.includes(code)).slice(0, count);
  }

  it('pair one till with the shop, under the name of the code or its own', async () => {
    const { code, expiresAt } = await tills.pair('corner', 'bar', 'ops-1');
    expect(code).to.match(/^[0-9]{6}$/);
    expect(Date.parse(expiresAt) - Date.now()).to.be.within(595_000, 605_000);
    const first = await tills.redeem(code, undefined);
    if (first.outcome !== 'paired') throw new Error(first.outcome);
    expect(first.till).to.include({ shopId: 'corner', name: 'bar' });
    const payload = JSON.parse(Buffer.from(first.till.token.split('.')[1] ?? '', 'base64url').toString());
    expect(payload).to.include({
      sub: `till:${first.till.tillId}`,
      till: first.till.tillId,
      shop: 'corner',
      scope: 'listen log:read',
    });
    const { code: other } = await tills.pair('corner', 'bar', undefined);
    expect(await tills.redeem(other, 'kitchen')).to.have.nested.property('till.name', 'kitchen');
    expect((await tills.list('corner')).map(({ name }) => name)).to.deep.equal(['kitchen', 'bar']);
    expect(await tills.list('hill')).to.deep.equal([]);
  });

  it('are kept as a hash that cannot be tried without the key', async () => {
    const { code } = await tills.pair('corner', '', undefined);
    const { rows } = await database.pool.query('SELECT row_to_json(c)::text AS row FROM pairing_codes c');
    expect(rows[0].row).not.to.include(code);
    const stranger = { ...signing, codeKey: new Uint8Array(32) };
    const logger = createLogger('silent');
    const others = createTills({
      ...{
        pool: database.pool,
        signing: stranger,
        tokenSeconds: 86_400,
        codeMinutes: 1,
        triesPerCode: TRIES,
        logger,
      },
      now: Date.now,
    });
    expect(await others.redeem(code, '')).to.deep.equal({ outcome: 'unknown' });
  });

  it('are used once, by exactly one of fifty at the same moment', async () => {
    const { code } = await tills.pair('corner', '', undefined);
    const { code: other } = await tills.pair('hill', '', undefined);
    const redeemed = await atOnce(
      database.pool,
      "SELECT pg_advisory_xact_lock(hashtextextended('pairing', 0))",
      [],
      () => Array.from({ length: 50 }, (_, index) => tills.redeem(code, `till ${index}`)),
    );
    const outcomes = redeemed.map(({ outcome }) => outcome);
    expect(outcomes.filter((outcome) => outcome === 'paired')).to.have.length(1);
    expect(outcomes.filter((outcome) => outcome === 'ended')).to.have.length(49);
    expect(await tills.list('corner')).to.have.length(1);
    expect((await tills.redeem(other, '')).outcome, 'another code has not suffered').to.equal('paired');
  });

  it('end for good after so many wrong tries, those at the same moment counted', async () => {
    const { code } = await tills.pair('corner', '', undefined);
    for (const guess of wrong(TRIES - 1, code)) {
      expect(await tills.redeem(guess, '')).to.deep.equal({ outcome: 'unknown' });
    }
    const before = await tills.pair('hill', '', undefined);
    expect((await tills.redeem((await tills.pair('x', '', undefined)).code, '')).outcome).to.equal('paired');
    const [last = ''] = wrong(1, code, before.code);
    await tills.redeem(last, '');
    expect(await tills.redeem(code, '')).to.deep.equal({ outcome: 'ended' });
    expect((await tills.redeem(before.code, '')).outcome, 'a later code').to.equal('paired');
  });

  it('take no more tries than that, however many come at once', async () => {
    const { code } = await tills.pair('corner', '', undefined);
    const guesses = wrong(60, code);
    await Promise.all(guesses.map((guess) => tills.redeem(guess, '')));
    const { rows } = await database.pool.query('SELECT attempts FROM pairing_codes');
    expect(rows).to.deep.equal([{ attempts: TRIES }]);
    expect(await tills.redeem(code, '')).to.deep.equal({ outcome: 'ended' });
  });

  it("expire by Postgres's clock, whatever this process's says", async () => {
    const late = tillsAt(() => Date.now() + 86_400_000);
    const { code } = await late.pair('corner', '', undefined);
    expect((await late.redeem(code, '')).outcome).to.equal('paired');
    const { code: old } = await tills.pair('corner', '', undefined);
    await database.pool.query("UPDATE pairing_codes SET expires_at = clock_timestamp() - interval '1 ms'");
    expect(await tills.redeem(old, '')).to.deep.equal({ outcome: 'ended' });
  });

  it('renew until the till is removed, which ends its Web Push as well', async () => {
    const { code } = await tills.pair('corner', 'bar', undefined);
    const redeemed = await tills.redeem(code, '');
    if (redeemed.outcome !== 'paired') throw new Error(redeemed.outcome);
    const { tillId } = redeemed.till;
    const later = tillsAt(() => Date.now() + 10 * 86_400_000);
    const renewed = await later.renew(tillId);
    expect(renewed).to.include({ tillId, shopId: 'corner', name: 'bar' });
    expect(Date.parse(renewed?.expiresAt ?? '') - Date.parse(redeemed.till.expiresAt)).to.be.greaterThan(
      86_400_000,
    );
    await database.pool.query(
      `INSERT INTO push_subscriptions (shop_id, endpoint, keys, subject) VALUES ('corner', 'https://a', '{}', $1), ('corner', 'https://b', '{}', 'x')`,
      [subjectOf(tillId)],
    );
    expect(await tills.remove(tillId, ['hill'], 'ops'), 'another shop').to.equal(undefined);
    expect(await tills.remove(tillId, ['corner'], 'ops')).to.include({ id: tillId });
    expect(await tills.remove(tillId, '*', 'ops'), 'twice').to.equal(undefined);
    expect(await tills.renew(tillId)).to.equal(undefined);
    expect(await tills.list('corner')).to.deep.equal([]);
    expect(await readRemovedTills(database.pool)).to.deep.equal([tillId]);
    const { rows } = await database.pool.query('SELECT endpoint FROM push_subscriptions');
    expect(rows).to.deep.equal([{ endpoint: 'https://b' }]);
  });

  it('leave tills that are forgotten some days after their last token has ended', async () => {
    for (const [days, shop] of [
      [-3, 'old'],
      [1, 'now'],
    ] as const) {
      await database.pool.query(
        'INSERT INTO tills (id, shop_id, name, token_ends_at, revoked_at) VALUES ($1, $2, $3, now() + make_interval(days => $4), now())',
        [randomUUID(), shop, '', days],
      );
    }
    const options = { days: 2, batch: 10, signal: new AbortController().signal };
    expect(await readRemovedTills(database.pool)).to.have.length(1);
    expect(await forgetTills(database.pool, options)).to.equal(1);
    const { rows } = await database.pool.query('SELECT shop_id FROM tills');
    expect(rows).to.deep.equal([{ shop_id: 'now' }]);
  });
});
