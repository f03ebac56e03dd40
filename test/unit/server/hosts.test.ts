import { expect } from 'chai';
import { isAllowedHost } from '../../../src/server/hosts.ts';

describe('a host', () => {
  const rules = ['bell.example', '*.shop.example'];
  for (const host of [
    'bell.example',
    'BELL.example:8080',
    'bell.example.',
    'a.shop.example',
    'localhost:8080',
    'a.localhost',
    '127.0.0.1:8080',
    '[::1]:8080',
    '10.1.2.3',
    'orderbell',
    'gateway-1:8080',
  ]) {
    it(`is taken: ${host}`, () => expect(isAllowedHost(host, rules)).to.equal(true));
  }
  for (const host of [
    '',
    'evil.example',
    'bell.example.evil.example',
    'shop.example',
    'a.b.shop.example',
    'evilbell.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '[evil.example]',
    'bell.example:x',
    '.localhost',
    'bell.example, evil.example',
    '999.1.1.1',
  ]) {
    it(`is not taken: ${JSON.stringify(host)}`, () => expect(isAllowedHost(host, rules)).to.equal(false));
  }
  it('is taken whatever it is where any is', () =>
    expect(isAllowedHost('evil.example', ['*'])).to.equal(true));
});
