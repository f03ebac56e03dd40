import type { LookupAddress } from 'node:dns';
import { expect } from 'chai';
import { isPublicAddress, publicLookup } from '../../../src/platform/public-address.ts';

const REFUSED = [
  ...['127.0.0.1', '127.255.255.254', '0.0.0.0', '0.1.2.3', '10.0.0.1', '172.16.0.1', '172.31.255.255'],
  ...['192.168.0.1', '169.254.169.254', '100.64.0.1', '100.127.255.255', '192.0.0.1', '192.0.2.1'],
  ...[
    '198.18.0.1',
    '198.51.100.1',
    '203.0.113.9',
    '224.0.0.1',
    '239.255.255.255',
    '240.0.0.1',
    '255.255.255.255',
  ],
  ...[
    '::',
    '::1',
    'fe80::1',
    'fe80::1%eth0',
    'febf::1',
    'fc00::1',
    'fdff::1',
    'ff02::1',
    'fec0::1',
    '100::1',
  ],
  ...['::ffff:10.0.0.1', '::ffff:127.0.0.1', '::ffff:8.8.8.8', '::ffff:808:808', '::8.8.8.8'],
  ...['2001:db8::1', '2001::1', '2001:10::1', '2002:a00:1::1', '3fff::1'],
  ...['64:ff9b::10.0.0.1', '64:ff9b::7f00:1', '64:ff9b:1::1'],
  ...['', 'localhost', 'example.com', '10.1', '0x7f.1', '2130706433', '[::1]', '8.8.8.8:80'],
];

const TAKEN = [
  ...[
    '8.8.8.8',
    '1.1.1.1',
    '172.15.0.1',
    '172.32.0.1',
    '11.0.0.1',
    '100.63.0.1',
    '100.128.0.1',
    '223.255.255.255',
  ],
  ...['2606:4700:4700::1111', '2a00:1450:4001::1', '64:ff9b::8.8.8.8'],
];

describe('a public address', () => {
  for (const address of REFUSED) {
    it(`is not ${address}`, () => expect(isPublicAddress(address)).to.equal(false));
  }
  for (const address of TAKEN) it(`is ${address}`, () => expect(isPublicAddress(address)).to.equal(true));
});

describe('a lookup of public addresses', () => {
  const PUBLIC: LookupAddress = { address: '8.8.8.8', family: 4 };
  const PRIVATE: LookupAddress = { address: '10.0.0.1', family: 4 };
  const LOCAL: LookupAddress = { address: '::1', family: 6 };

  type Answer = { code?: unknown; address?: string | LookupAddress[]; family?: number | undefined };
  const look = (addresses: LookupAddress[], options: { all?: boolean; family?: 4 | 6 } = {}) =>
    new Promise<Answer>((resolve) => {
      publicLookup((_, __, done) => done(null, addresses))('any.example', options, (error, address, family) =>
        resolve(error === null ? { address, family } : { code: error.code }),
      );
    });

  it('drops all that is not public, wherever it stands', async () => {
    const found = await look([PRIVATE, PUBLIC, LOCAL], { all: true });
    expect(found.address).to.deep.equal([PUBLIC]);
  });

  it('answers with one address where one is asked for', async () => {
    expect(await look([LOCAL, PUBLIC])).to.deep.equal({ address: '8.8.8.8', family: 4 });
  });

  it('fails where no address is left, or there was none', async () => {
    expect((await look([PRIVATE, LOCAL], { all: true })).code).to.equal('address-refused');
    expect((await look([])).code).to.equal('address-refused');
  });

  it('passes on the family that is asked for, and an error of DNS', async () => {
    const asked: unknown[] = [];
    const failing = publicLookup((_, { family }, done) => {
      asked.push(family);
      done(Object.assign(new Error('no such host'), { code: 'ENOTFOUND' }), []);
    });
    const code = await new Promise((resolve) => {
      failing('gone.example', { family: 6 }, (error) => resolve(error?.code));
    });
    expect([asked, code]).to.deep.equal([[6], 'ENOTFOUND']);
  });
});
