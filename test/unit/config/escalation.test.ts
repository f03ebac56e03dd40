import { createECDH } from 'node:crypto';
import { expect } from 'chai';
import { loadConfig } from '../../../src/config/load.ts';
import { defaultPolicyOf, targetsOf } from '../../../src/config/sections/escalation.ts';
import { AppError } from '../../../src/platform/errors.ts';

const SERVERS = { DATABASE_URL: 'postgres://o:x@localhost/o', AMQP_URL: 'amqp://localhost' };
const KEY = Buffer.from('a key of thirty-two random bytes').toString('base64');
const targets = (url: string) =>
  JSON.stringify({ owner: { kind: 'webhook', url, secret: `whsec_${KEY}` }, tills: { kind: 'web-push' } });
const TARGETS = targets('https://owner.example/bell');
const policy = (target: string) => ({
  steps: [{ afterSeconds: 60, when: 'unacknowledged', targets: [target] }],
  expireAfterSeconds: 600,
});

const PAIR = createECDH('prime256v1');
PAIR.generateKeys();
const VAPID = {
  ESCALATION_VAPID_PUBLIC_KEY: PAIR.getPublicKey('base64url'),
  ESCALATION_VAPID_PRIVATE_KEY: Buffer.concat([Buffer.alloc(32), PAIR.getPrivateKey()])
    .subarray(-32)
    .toString('base64url'),
  ESCALATION_VAPID_SUBJECT: 'mailto:ops@shops.example',
};

const load = (env: Record<string, string>) => loadConfig({ ...SERVERS, ...VAPID, ...env }).escalation;

function faultOf(env: Record<string, string>): string {
  try {
    load(env);
  } catch (error) {
    if (error instanceof AppError) return error.message;
    throw error;
  }
  throw new Error('the configuration was accepted');
}

describe('the settings of escalation', () => {
  it('have neither policy nor targets unless they are given', () => {
    expect(defaultPolicyOf(load({}))).to.equal(undefined);
    expect([...targetsOf(load({})).keys()]).to.deep.equal([]);
  });

  it('are read from JSON', () => {
    const env = { ESCALATION_TARGETS: TARGETS, ESCALATION_POLICY: JSON.stringify(policy('owner')) };
    expect(defaultPolicyOf(load(env))).to.deep.equal(policy('owner'));
    expect([...targetsOf(load(env)).keys()]).to.deep.equal(['owner', 'tills']);
  });

  it('refuse what is no JSON, without a word of it', () => {
    const fault = faultOf({ ESCALATION_TARGETS: `{"owner": ${KEY}}` });
    expect(fault).to.contain('escalation.targets (ESCALATION_TARGETS): must be JSON');
    expect(fault).not.to.contain(KEY);
    expect(faultOf({ ESCALATION_POLICY: '{' })).to.contain(
      'escalation.policy (ESCALATION_POLICY): must be JSON',
    );
  });

  it('name the path to a fault of the targets, and no secret', () => {
    const fault = faultOf({ ESCALATION_TARGETS: TARGETS.replace('https:', 'ftp:') });
    expect(fault).to.contain('/owner/url must be an https:// or http:// URL');
    expect(fault).not.to.contain(KEY);
  });

  it('take plain HTTP only where private targets are allowed', () => {
    const env = { ESCALATION_TARGETS: targets('http://localhost:9/') };
    expect(faultOf(env)).to.contain('/owner/url must be an https:// URL');
    expect(load({ ...env, ESCALATION_ALLOW_PRIVATE_TARGETS: 'true' }).allowPrivateTargets).to.equal(true);
  });

  it('name the path to a fault of the policy, and hold it to the targets that there are', () => {
    const env = { ESCALATION_TARGETS: TARGETS, ESCALATION_POLICY: JSON.stringify(policy('cook')) };
    expect(faultOf(env)).to.contain(
      'escalation.policy (ESCALATION_POLICY): /steps/0/targets/0 must be a configured target',
    );
    expect(faultOf({ ...env, ESCALATION_POLICY: '[]' })).to.contain('escalation.policy');
  });

  it('need the keys of Web Push for a target of that kind, and all of them or none', () => {
    const none = Object.fromEntries(Object.keys(VAPID).map((name) => [name, '']));
    const fault = faultOf({ ...none, ESCALATION_TARGETS: TARGETS });
    for (const name of ['publicKey', 'privateKey', 'subject']) {
      expect(fault).to.contain(`escalation.vapid.${name} (`);
    }
    expect(load(none).vapid.publicKey).to.equal('');
    expect(faultOf({ ESCALATION_VAPID_SUBJECT: '' })).to.contain(
      'escalation.vapid.subject (ESCALATION_VAPID_SUBJECT): is required with the others',
    );
  });

  const OTHER = createECDH('prime256v1');
  OTHER.generateKeys();
  const WRONG: readonly [name: keyof typeof VAPID, value: string, rule: string][] = [
    ['ESCALATION_VAPID_PUBLIC_KEY', OTHER.getPublicKey('base64url'), 'is not that of'],
    ['ESCALATION_VAPID_PRIVATE_KEY', '_'.repeat(43), 'is not that of'],
    ['ESCALATION_VAPID_PUBLIC_KEY', OTHER.getPublicKey('hex'), 'must be a public key'],
    ['ESCALATION_VAPID_PRIVATE_KEY', 'short', 'must be a private key'],
    ['ESCALATION_VAPID_SUBJECT', 'ops@shops.example', 'must be mailto:'],
    ['ESCALATION_VAPID_SUBJECT', 'http://shops.example', 'must be mailto:'],
  ];
  for (const [name, value, rule] of WRONG) {
    it(`refuse ${name}=${value.slice(0, 20)}, and show no private key`, () => {
      const fault = faultOf({ [name]: value });
      expect(fault).to.contain(rule);
      if (name === 'ESCALATION_VAPID_PRIVATE_KEY') expect(fault).not.to.contain(value);
    });
  }
});
