import { expect } from 'chai';
import { sessionAddressOf } from '../../../src/client/address.ts';

const place = { seq: 42, epoch: 'e1.0f', receipts: 7 };

describe('the address of a session', () => {
  for (const [url, expected] of [
    ['http://bell.example', 'ws://bell.example/ws/till-1'],
    ['https://bell.example', 'wss://bell.example/ws/till-1'],
    ['ws://bell.example:8080', 'ws://bell.example:8080/ws/till-1'],
    ['wss://bell.example/', 'wss://bell.example/ws/till-1'],
    ['https://shop.example/bell', 'wss://shop.example/bell/ws/till-1'],
    ['https://shop.example/a/bell/', 'wss://shop.example/a/bell/ws/till-1'],
    ['https://bell.example/?token=secret#top', 'wss://bell.example/ws/till-1'],
    [new URL('https://bell.example'), 'wss://bell.example/ws/till-1'],
  ] as const) {
    it(`is ${expected} for ${url}`, () => {
      expect(sessionAddressOf({ url, sid: 'till-1' }).at({})).to.equal(expected);
    });
  }

  it('has the shop and all that is known of the place', () => {
    const address = sessionAddressOf({ url: 'http://b', sid: 'x', shop: 'north' });
    expect(address.at(place)).to.equal('ws://b/ws/x?shop=north&since=42&epoch=e1.0f&receiptsSince=7');
    expect(address.at({ seq: 0 })).to.equal('ws://b/ws/x?shop=north&since=0');
  });

  it('keeps positions of different services, shops and sessions apart, and not of different places', () => {
    const keys = [
      { url: 'http://b', sid: 'x', shop: 'north' },
      { url: 'http://b', sid: 'x' },
      { url: 'http://b', sid: 'y', shop: 'north' },
      { url: 'http://b/prefix', sid: 'x', shop: 'north' },
      { url: 'https://b', sid: 'x', shop: 'north' },
    ].map((options) => sessionAddressOf(options).key);
    expect(new Set(keys)).to.have.property('size', keys.length);
    expect(sessionAddressOf({ url: 'ws://b/', sid: 'x', shop: 'north' }).key).to.equal(keys[0]);
  });

  for (const [what, options] of [
    ['a sid with a slash', { url: 'http://b', sid: 'a/b' }],
    ['an empty sid', { url: 'http://b', sid: '' }],
    ['a sid that is too long', { url: 'http://b', sid: 'x'.repeat(65) }],
    ['a shop with a dot', { url: 'http://b', sid: 'x', shop: 'a.b' }],
    ['an empty shop', { url: 'http://b', sid: 'x', shop: '' }],
    ['a URL without a scheme', { url: 'bell.example', sid: 'x' }],
    ['a URL of another scheme', { url: 'ftp://bell.example', sid: 'x' }],
  ] as const) {
    it(`is refused for ${what}, which the service would refuse for ever`, () => {
      expect(() => sessionAddressOf(options)).to.throw(TypeError);
    });
  }
});
