import { expect } from 'chai';
import { oldAddressOf } from '../../../src/client/old-address.ts';

const PAGE = 'https://shop.example/admin/';

describe('the address of an old page’s socket', () => {
  const bells: [string, string, Record<string, string>][] = [
    ['ws://bell:8080/ws/k3x9', 'ws://bell:8080/', { sid: 'k3x9' }],
    ['wss://bell/api/ws/a.b-c_d', 'wss://bell/api/', { sid: 'a.b-c_d' }],
    ['ws://bell/ws/a?shop=corner&token=t', 'ws://bell/', { sid: 'a', shop: 'corner', token: 't' }],
    ['/ws/a', 'wss://shop.example/', { sid: 'a' }],
  ];
  for (const [url, base, options] of bells) {
    it(`is of its bell: ${url}`, () => {
      const { url: service, ...others } = oldAddressOf(url, undefined, PAGE)?.options ?? { url: '' };
      expect([String(service), others]).to.deep.equal([base, options]);
    });
  }

  for (const url of ['ws://bell/chat', 'ws://bell/ws/', 'ws://bell/ws/a/b', 'ws://bell/ws/%20', 'ws://[']) {
    it(`is of another socket: ${url}`, () => expect(oldAddressOf(url, undefined, PAGE)).to.equal(undefined));
  }

  it('is of another socket where the page offers a subprotocol, or a shop that cannot be', () => {
    expect(oldAddressOf('ws://bell/ws/a', 'orderbell.plain', PAGE)).to.equal(undefined);
    expect(oldAddressOf('ws://bell/ws/a', [], PAGE)).not.to.equal(undefined);
    expect(oldAddressOf('ws://bell/ws/a?shop=a%20b', undefined, PAGE)).to.equal(undefined);
  });
});
