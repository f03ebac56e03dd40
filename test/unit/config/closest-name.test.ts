import { expect } from 'chai';
import { closestName } from '../../../src/config/closest-name.ts';

describe('the closest name', () => {
  const names = ['GATEWAY_PAGE_SIZE', 'GATEWAY_READERS', 'RELAY_BATCH_SIZE'];
  for (const [wrong, meant] of [
    ['GATEWAY_PAGESIZE', 'GATEWAY_PAGE_SIZE'],
    ['GATEWAY_READER', 'GATEWAY_READERS'],
    ['RELAY_BACTH_SIZE', 'RELAY_BATCH_SIZE'],
    ['GATEWAY_PAGE_SIZE', 'GATEWAY_PAGE_SIZE'],
  ]) {
    it(`is ${meant} for ${wrong}`, () => {
      expect(closestName(wrong ?? '', names)).to.equal(meant);
    });
  }

  it('is none where all are far', () => {
    expect(closestName('GATEWAY_COLOUR', names)).to.equal(undefined);
    expect(closestName('GATEWAY_COLOUR', [])).to.equal(undefined);
    expect(closestName('PATH', ['PORT'])).to.equal(undefined);
  });
});
