/** The policy of a shop over HTTP and by the command line, as operators set it. */

import { expect } from 'chai';
import { runCli } from '../support/cli.ts';
import { type AskOptions, ask } from '../support/http-client.ts';
import type { Service } from '../support/service.ts';
import { createSurroundings, type Surroundings } from '../support/surroundings.ts';
import { makeToken, WITH_SECRET } from '../support/tokens.ts';

const PLATFORM = {
  kind: 'webhook',
  url: 'https://platform.example/',
  secret: `whsec_${Buffer.alloc(32, 'k').toString('base64')}`,
};
const TARGETS = { ESCALATION_TARGETS: JSON.stringify({ platform: PLATFORM }) };

const policy = (afterSeconds: number, target = 'platform') => ({
  steps: [{ afterSeconds, when: 'unacknowledged', targets: [target] }],
  expireAfterSeconds: 600,
});

describe('the escalation policy of a shop', () => {
  let around: Surroundings;
  let service: Service;
  before(async () => {
    around = await createSurroundings();
    service = await around.serve({
      ...TARGETS,
      ...WITH_SECRET,
      ESCALATION_POLICY: JSON.stringify(policy(30)),
    });
  });
  after(() => around.tearDown());

  async function as(scope: string, shop: string, path: string, options: AskOptions = {}) {
    const token = await makeToken({ claims: { sub: 'ops-7', scope, shop } });
    return ask(service.url, path, { ...options, headers: { authorization: `Bearer ${token}` } });
  }
  const pathOf = (shop: string) => `/shops/${shop}/escalation-policy`;

  it('is the configured one until it has its own, and again after that', async () => {
    const path = pathOf('corner');
    const before = await as('log:read', 'corner', path);
    expect(before.body.data).to.deep.include({ shop: 'corner', source: 'default', policy: policy(30) });
    const put = await as('policy:write', 'corner', path, { method: 'PUT', body: policy(90) });
    expect(put.status).to.equal(200);
    expect(put.body.data).to.deep.include({ source: 'shop', policy: policy(90) });
    expect((await as('policy:write', 'corner', path)).body).to.deep.equal(put.body);
    const { rows } = await around.database.pool.query(
      "SELECT p.made_by FROM shops s JOIN escalation_policies p ON p.id = s.policy_id WHERE s.id = 'corner'",
    );
    expect(rows).to.deep.equal([{ made_by: 'ops-7' }]);
    const gone = await as('policy:write', 'corner', path, { method: 'DELETE' });
    expect(gone.body.data).to.deep.equal(before.body.data);
  });

  it('is refused with the path to its fault', async () => {
    const tries: [unknown, string][] = [
      [policy(60, 'cook'), '/steps/0/targets/0: must be a configured target'],
      [policy(600), '/steps/0/afterSeconds: must be earlier than expireAfterSeconds'],
      [{ ...policy(60), hours: { mon: ['9-5'] } }, '/timeZone: is needed where there are hours'],
      [{ ...policy(60), repeats: 1 }, '/repeats: is not known'],
      [[], '(body): must be object'],
    ];
    for (const [body, msg] of tries) {
      const answer = await as('policy:write', '*', pathOf('corner'), { method: 'PUT', body });
      expect([answer.status, answer.body.reason, answer.body.msg]).to.deep.equal([422, 'invalid', msg]);
    }
  });

  it('is for callers of that shop, with the scope', async () => {
    const put = { method: 'PUT', body: policy(60) };
    for (const [scope, shop, options] of [
      ['policy:write', 'other', put],
      ['policy:write', 'other', {}],
      ['policy:write', 'other', { method: 'DELETE' }],
      ['log:read', 'corner', put],
      ['log:read ops', 'corner', { method: 'DELETE' }],
      ['ops', 'corner', {}],
    ] as const) {
      expect((await as(scope, shop, pathOf('corner'), options)).status, `${scope} ${shop}`).to.equal(403);
    }
    expect((await as('policy:write', '*', pathOf('no%20shop'), put)).status).to.equal(422);
  });

  it('is no more than a body may be', async () => {
    const body = { ...policy(60), hours: { mon: ['x'.repeat(70_000)] } };
    expect((await as('policy:write', '*', pathOf('corner'), { method: 'PUT', body })).status).to.equal(413);
  });

  describe('by the command line', () => {
    const cli = (args: string[], input = '', env: Record<string, string> = TARGETS) =>
      runCli(['policy', ...args], { database: around.database, env, input });

    it('is set, printed, and removed', async () => {
      const set = await cli(['set', 'till', '-', '--json'], JSON.stringify(policy(45)));
      expect(JSON.parse(set.lines[0] ?? '')).to.deep.include({ source: 'shop', policy: policy(45) });
      const got = await cli(['get', 'till']);
      expect(got.lines[0]).to.match(/^shop till {2}version \d+ of its own {2}/);
      expect(JSON.parse(got.lines.slice(1).join(''))).to.deep.equal(policy(45));
      expect((await cli(['set', 'till', '--default'])).lines[0]).to.match(/of the default/);
    });

    it('is checked without any server, and a fault is named by its path', async () => {
      expect((await cli(['check', '-'], JSON.stringify(policy(45)))).lines).to.deep.equal([
        'the policy is valid',
      ]);
      for (const [input, message] of [
        [JSON.stringify(policy(45, 'cook')), '/steps/0/targets/0 must be a configured target'],
        ['{', 'the policy is not JSON'],
      ] as const) {
        const checked = await cli(['check', '-'], input);
        expect(checked.exitCode).to.equal(1);
        expect(checked.error?.message).to.contain(message);
        expect((await cli(['set', 'till', '-'], input)).exitCode).to.equal(1);
      }
    });

    it('is used as it must be', async () => {
      expect((await cli(['set', 'till'])).exitCode).to.equal(2);
      expect((await cli(['set', 'no shop', '--default'])).exitCode).to.equal(2);
      expect((await cli(['get', 'no shop'])).exitCode).to.equal(2);
    });
  });
});
