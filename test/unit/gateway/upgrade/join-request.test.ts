import { expect } from 'chai';
import { pickSubprotocol, readJoinRequest } from '../../../../src/gateway/upgrade/join-request.ts';

const read = (sid: string, query = '', protocols = '') => readJoinRequest({ sid, query, protocols });

describe('join request', () => {
  it('asks for the default shop and plain frames when nothing else is said', () => {
    expect(read('till-1')).to.deep.equal({ shopId: 'default', sid: 'till-1', protocol: 'plain' });
  });

  it('takes everything that can be asked for', () => {
    const query = 'shop=corner_2&since=42&epoch=ab-1.f0&receiptsSince=7&token=t&other=1';
    expect(read('a.b_c-D9', query, 'orderbell.v1')).to.deep.equal({
      shopId: 'corner_2',
      sid: 'a.b_c-D9',
      protocol: 'orderbell.v1',
      since: 42,
      epoch: 'ab-1.f0',
      receiptsSince: 7,
    });
  });

  it('takes since and receiptsSince from zero', () => {
    expect(read('a', 'since=0&receiptsSince=0')).to.include({ since: 0, receiptsSince: 0 });
  });

  it('decodes percent escapes in the sid and in the query', () => {
    expect(read('till%2D1', 'shop=c%6Frner&since=%34')).to.include({
      sid: 'till-1',
      shopId: 'corner',
      since: 4,
    });
  });

  it('takes 64 characters and refuses 65, for sid, shop and epoch', () => {
    const longest = 'x'.repeat(64);
    expect(read(longest, `shop=${longest}&epoch=${longest}`)).to.be.an('object');
    expect(read(`${longest}x`)).to.match(/^sid /);
    expect(read('a', `shop=${longest}x`)).to.match(/^shop /);
    expect(read('a', `epoch=${longest}x`)).to.match(/^epoch /);
  });

  for (const sid of [
    '',
    'a b',
    'a%20b',
    'a/b',
    'a%2Fb',
    '<b>',
    '%',
    '%zz',
    '%E0%A4%A',
    'é',
    '店',
    'a\n',
    'a%0A',
  ]) {
    it(`refuses the sid ${JSON.stringify(sid)}`, () => {
      expect(read(sid)).to.match(/^sid must be 1 to 64 of /);
    });
  }

  for (const shop of ['', 'a.b', 'a%20b', 'a%2Fb', '*', '%23', 'a%0A', '%zz', '%E5%BA%97']) {
    it(`refuses the shop ${JSON.stringify(shop)}`, () => {
      expect(read('a', `shop=${shop}`)).to.match(/^shop must be 1 to 64 of /);
    });
  }

  for (const key of ['since', 'receiptsSince']) {
    for (const text of [
      '',
      '-1',
      '%2B1',
      '1.5',
      '1e3',
      '0x1',
      '01',
      ' 1',
      '9007199254740992',
      '99999999999999999',
      'x',
    ]) {
      it(`refuses ${key}=${text}`, () => {
        expect(read('a', `${key}=${text}`)).to.equal(`${key} must be a whole number from 0`);
      });
    }
  }

  for (const epoch of ['', 'a%20b', 'a/b', '%3Cb%3E', 'a%0A']) {
    it(`refuses the epoch ${JSON.stringify(epoch)}`, () => {
      expect(read('a', `epoch=${epoch}`)).to.match(/^epoch must be 1 to 64 of /);
    });
  }

  for (const [offered, picked] of [
    ['', 'plain'],
    ['orderbell.v1', 'orderbell.v1'],
    ['chat, orderbell.v1', 'orderbell.v1'],
    [' orderbell.v1 ,chat', 'orderbell.v1'],
    ['orderbell.v2', 'plain'],
    ['ORDERBELL.V1', 'plain'],
    ['orderbell.v1x', 'plain'],
    ['chat,superchat', 'plain'],
  ] as const) {
    it(`picks ${picked} when ${JSON.stringify(offered)} is offered`, () => {
      expect(read('a', '', offered)).to.have.property('protocol', picked);
    });
  }

  for (const [offered, answered] of [
    ['', ''],
    ['orderbell.v1', 'orderbell.v1'],
    ['bearer.t, orderbell.v1', 'orderbell.v1'],
    ['orderbell.plain, bearer.t', 'orderbell.plain'],
    ['orderbell.plain, orderbell.v1', 'orderbell.v1'],
    ['bearer.t', ''],
    ['bearer.orderbell.v1', ''],
    ['chat', ''],
  ] as const) {
    it(`answers ${JSON.stringify(answered)} when ${JSON.stringify(offered)} is offered`, () => {
      expect(pickSubprotocol(offered)).to.equal(answered);
      expect(read('a', '', offered)).to.have.property(
        'protocol',
        answered === 'orderbell.v1' ? 'orderbell.v1' : 'plain',
      );
    });
  }
});
