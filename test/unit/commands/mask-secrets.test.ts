import { expect } from 'chai';
import { maskSecrets } from '../../../src/commands/mask-secrets.ts';

describe('a value that is shown', () => {
  const addresses: [string, string, string][] = [
    ['a password', 'postgres://o:hunter2@h:5432/db', 'postgres://o:***@h:5432/db'],
    ['an encoded password', 'amqp://o:hunter%402@h/%2f', 'amqp://o:***@h/%2f'],
    ['a password with an @', 'postgres://o:hun@ter2@h/db', 'postgres://o:***@h/db'],
    ['no password', 'amqp://h:5672', 'amqp://h:5672'],
    [
      'a password among the parameters',
      'postgres://h/db?password=hunter2&sslmode=require',
      'postgres://h/db?password=***&sslmode=require',
    ],
    ['a password for another protocol', 'mysql://o:hunter2@h/db', 'mysql://o:***@h/db'],
  ];
  for (const [what, address, shown] of addresses) {
    it(`keeps all of an address but its secrets: ${what}`, () => {
      expect(maskSecrets(address, true)).to.equal(shown);
      expect(maskSecrets(address, false)).to.equal(shown);
    });
  }

  it('hides the password of each of several addresses', () => {
    const several = 'amqp://o:hunter2@a,amqp://o:hun,ter2@b/v';
    expect(maskSecrets(several, true)).to.equal('amqp://o:***@a,amqp://o:***@b/v');
    expect(maskSecrets('amqp://o:hunter2@a,amqp://o:hun/ter2@b', true)).to.equal('***');
  });

  for (const secret of [
    'hunter2',
    'postgres://o:1/hunter2@h/db',
    'postgres://o:hun/ter2@h/db',
    'o:hunter2@h',
  ]) {
    it(`hides all of a secret that is no plain address: ${secret}`, () => {
      expect(maskSecrets(secret, true)).to.equal('***');
    });
  }

  it('is as it is where it is no secret', () => {
    for (const value of ['订单号： {orderNumber}', 8080, ['http', 'relay'], '0.0.0.0', '']) {
      expect(maskSecrets(value, false)).to.equal(value);
    }
  });

  it('shows that a secret is missing', () => {
    expect(maskSecrets('', true)).to.equal('');
    expect(maskSecrets([], true)).to.deep.equal([]);
  });

  it('hides a list of secrets', () => {
    expect(maskSecrets(['hunter2', 'hunter3'], true)).to.equal('***');
  });
});
