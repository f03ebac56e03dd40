import { expect } from 'chai';
import fc from 'fast-check';
import { createClientAddresses } from '../../../src/server/client-address.ts';
import type { HeaderList } from '../../../src/server/header-values.ts';

/** One line of the header for each argument. */
function forwarded(...lines: string[]): HeaderList {
  return {
    forEach(take) {
      take('host', 'x');
      for (const line of lines) take('x-forwarded-for', line);
    },
  };
}

describe('the address of a client', () => {
  const { of, isTrusted } = createClientAddresses(['10.0.0.0/8', '127.0.0.1', 'fd00::/8']);

  for (const [what, peer, lines, address] of [
    ['is the peer without a header', '203.0.113.7', [], '203.0.113.7'],
    ['is the peer where that is no proxy of ours', '203.0.113.7', ['198.51.100.1'], '203.0.113.7'],
    ['is what our proxy says', '10.1.2.3', ['203.0.113.7'], '203.0.113.7'],
    ['is our proxy where it says nothing', '10.1.2.3', [], '10.1.2.3'],
    ['is the last stranger, not what he claims', '10.1.2.3', ['198.51.100.1, 203.0.113.7'], '203.0.113.7'],
    ['is behind a chain of our proxies', '10.1.2.3', ['203.0.113.7, 10.9.9.9,127.0.0.1'], '203.0.113.7'],
    ['is the outermost proxy where all are ours', '10.1.2.3', ['10.3.3.3, 10.2.2.2'], '10.3.3.3'],
    ['is in the last of several lines', '10.1.2.3', ['198.51.100.1', '203.0.113.7'], '203.0.113.7'],
    ['is the proxy where the header is garbage', '10.1.2.3', ['unknown'], '10.1.2.3'],
    ['is the proxy where the header is empty', '10.1.2.3', [''], '10.1.2.3'],
    ['is found right of garbage', '10.1.2.3', ['<script>, 203.0.113.7'], '203.0.113.7'],
    ['is the nearest that is known left of garbage', '10.1.2.3', ['203.0.113.7, ?, 10.2.2.2'], '10.2.2.2'],
    ['comes without its port', '10.1.2.3', ['203.0.113.7:4711'], '203.0.113.7'],
    ['comes without brackets and port', '10.1.2.3', ['[2001:db8:1:2::5]:4711'], '2001:db8:1:2::/64'],
    ['is IPv4 though written as IPv6', '::ffff:203.0.113.7', [], '203.0.113.7'],
    ['is IPv4 though written as IPv6 in full', '0000:0000:0000:0000:0000:ffff:cb00:7107', [], '203.0.113.7'],
    ['is of a proxy that comes as mapped IPv4', '::ffff:10.1.2.3', ['203.0.113.7'], '203.0.113.7'],
    ['is of a proxy that has IPv6', 'fd00::7', ['203.0.113.7'], '203.0.113.7'],
    ['is the /64 of an IPv6 client', '2001:db8:1:2:aaaa:bbbb:cccc:dddd', [], '2001:db8:1:2::/64'],
    ['is the same /64 however it is written', '2001:0DB8:0001:0002::1', [], '2001:db8:1:2::/64'],
    ['is without the zone', 'fe80::1%eth0', [], 'fe80:0:0:0::/64'],
    ['is nobody where the connection is gone', '', ['203.0.113.7'], ''],
  ] as const) {
    it(what, () => {
      expect(of(peer, forwarded(...lines))).to.equal(address);
    });
  }

  it('is the peer where no proxy is trusted, whatever the header says', () => {
    const nobody = createClientAddresses([]);
    expect(nobody.of('127.0.0.1', forwarded('203.0.113.7'))).to.equal('127.0.0.1');
    expect(nobody.isTrusted('127.0.0.1')).to.equal(false);
  });

  it('knows our proxies', () => {
    expect(['10.1.2.3', '::ffff:127.0.0.1', 'fd12::1'].map(isTrusted)).to.deep.equal([true, true, true]);
    expect(['11.1.2.3', '127.0.0.2', '::1', 'garbage', ''].map(isTrusted)).not.to.include(true);
  });

  it('is never invented by the client: what it writes changes nothing', () => {
    fc.assert(
      fc.property(fc.string(), (claimed) => {
        expect(of('10.1.2.3', forwarded(`${claimed}, 203.0.113.7`))).to.equal('203.0.113.7');
        expect(of('10.1.2.3', forwarded(claimed, '203.0.113.7'))).to.equal('203.0.113.7');
        expect(of('203.0.113.7', forwarded(claimed))).to.equal('203.0.113.7');
      }),
    );
  });

  it('is one of the /64 for each address in it', () => {
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        expect(of(address, forwarded())).to.match(/^([0-9a-f]{1,4}:){4}:\/64$|^[0-9.]+$/);
      }),
    );
  });

  for (const wrong of ['10.0.0.0/33', '10.0.0/8', '::1/129', 'localhost', '', '10.0.0.0/8/8', '10.0.0.0/']) {
    it(`cannot be told with ${JSON.stringify(wrong)} as a proxy`, () => {
      expect(() => createClientAddresses(['127.0.0.1', wrong])).to.throw('such as 10.0.0.0/8');
    });
  }
});
