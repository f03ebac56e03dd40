/** Which settings of payment providers are refused, alone and together. */

import { expect } from 'chai';
import { assertServable, loadConfig } from '../../../src/config/load.ts';

const WECHAT = {
  PAYMENTS_PROVIDERS: 'own,wechat',
  PAYMENTS_WECHAT_API_V3_KEY: 'v3key0of1thirty2two3bytes4here5!',
  PAYMENTS_WECHAT_KEYS: 'PUB_KEY_ID_01=pub.pem, 3775B6A4=cert.pem',
  PAYMENTS_WECHAT_MCHID: '1230000109',
  PAYMENTS_WECHAT_APPID: 'wxd678efh567hg6787,wx2',
};
const ALIPAY = {
  PAYMENTS_PROVIDERS: 'alipay',
  PAYMENTS_ALIPAY_PUBLIC_KEY_FILE: 'alipay.pem',
  PAYMENTS_ALIPAY_APP_ID: '2014072300007148',
  PAYMENTS_ALIPAY_SELLER_ID: '2088101106499364',
};

const load = (env: Record<string, string>) =>
  loadConfig({ DATABASE_URL: 'postgres://localhost/o', AMQP_URL: 'amqp://localhost', ...env });

function faultOf(env: Record<string, string>): string {
  try {
    load(env);
  } catch (error) {
    expect(error).to.have.property('code', 'config-invalid');
    return error instanceof Error ? error.message.replace('the configuration is not valid: ', '') : '';
  }
  throw new Error('it was accepted');
}

describe('the configuration of payment providers', () => {
  it('takes our own form alone, all of them, or none', () => {
    expect(load({}).payments.providers).to.deep.equal(['own']);
    expect(load({ PAYMENTS_PROVIDERS: '' }).payments.providers).to.deep.equal([]);
    const { payments } = load({ ...WECHAT, ...ALIPAY, PAYMENTS_PROVIDERS: 'own,wechat,alipay' });
    expect(payments.providers).to.deep.equal(['own', 'wechat', 'alipay']);
    expect(payments.wechat.keys).to.deep.equal(['PUB_KEY_ID_01=pub.pem', '3775B6A4=cert.pem']);
    expect(payments.wechat.appid).to.deep.equal(['wxd678efh567hg6787', 'wx2']);
    expect(payments.alipay.publicKeyFile).to.deep.equal(['alipay.pem']);
  });

  it('takes a secret as Standard Webhooks write it', () => {
    const secret = `whsec_${Buffer.from('a secret of thirty-two bytes, ok').toString('base64')}`;
    expect(load({ PAYMENTS_VERIFY: 'hmac', PAYMENTS_SECRETS: secret }).payments.secrets).to.deep.equal([
      secret,
    ]);
  });

  it('does not ask for consent to unsigned callbacks where none of our own form are taken', () => {
    const production = { NODE_ENV: 'production', ALLOW_ANONYMOUS: 'true' };
    assertServable(load({ ...production, ...ALIPAY }));
    expect(() => assertServable(load({ ...production, ...WECHAT }))).to.throw(/PAYMENTS_VERIFY/);
  });

  const refused: [string, Record<string, string>, RegExp][] = [
    ['a provider that is none', { PAYMENTS_PROVIDERS: 'paypal' }, /must be a list of own, wechat, alipay/],
    ['a provider twice', { ...ALIPAY, PAYMENTS_PROVIDERS: 'alipay,alipay' }, /names one twice$/],
    [
      'an APIv3 key of 31 bytes',
      { ...WECHAT, PAYMENTS_WECHAT_API_V3_KEY: 'x'.repeat(31) },
      /^payments\.wechat\.apiV3Key \(PAYMENTS_WECHAT_API_V3_KEY\): must have exactly 32 bytes/,
    ],
    [
      'an APIv3 key of 32 characters and more bytes',
      { ...WECHAT, PAYMENTS_WECHAT_API_V3_KEY: '钥'.repeat(32) },
      /must have exactly 32 bytes/,
    ],
    [
      'a serial twice, in whatever case',
      { ...WECHAT, PAYMENTS_WECHAT_KEYS: '3775b6a4=a.pem,3775B6A4=b.pem' },
      /^payments\.wechat\.keys \(PAYMENTS_WECHAT_KEYS\): the serial 3775B6A4 stands twice$/,
    ],
    [
      'a key without a serial',
      { ...WECHAT, PAYMENTS_WECHAT_KEYS: 'a.pem' },
      /must be a list of SERIAL=file\.pem/,
    ],
    ['a key without a file', { ...WECHAT, PAYMENTS_WECHAT_KEYS: 'A=' }, /must be a list of SERIAL=file\.pem/],
    ['a merchant that is none', { ...WECHAT, PAYMENTS_WECHAT_MCHID: '1 2' }, /PAYMENTS_WECHAT_MCHID/],
    [
      'WeChat Pay without anything',
      { PAYMENTS_PROVIDERS: 'wechat' },
      /apiV3Key .* is required.*; .*keys .* is required.*; .*mchid .* is required.*; .*appid .* is required/,
    ],
    [
      'Alipay without anything',
      { PAYMENTS_PROVIDERS: 'alipay' },
      /publicKeyFile .* is required.*; .*appId .* is required.*; .*sellerId .* is required/,
    ],
    [
      'a secret of Standard Webhooks that is too short once it is decoded',
      { PAYMENTS_SECRETS: `whsec_${Buffer.from('twenty-four bytes, no mo').toString('base64')}` },
      /whsec_ must be followed by at least 32 bytes in base64$/,
    ],
  ];
  for (const [what, env, rule] of refused) {
    it(`refuses ${what}`, () => {
      expect(faultOf(env)).to.match(rule);
    });
  }

  it('says nothing of a value that is refused', () => {
    expect(faultOf({ ...WECHAT, PAYMENTS_WECHAT_API_V3_KEY: 'hush' })).not.to.contain('hush');
  });
});
