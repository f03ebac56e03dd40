/** How long the tokens of paired tills last. */

import { expect } from 'chai';
import { tillTokenSeconds } from '../../../src/config/sections/pairing.ts';

describe('the token of a paired till', () => {
  it('never ends later than a token may, with room for clocks that differ', () => {
    expect(tillTokenSeconds(30, 90)).to.equal(30 * 86_400);
    expect(tillTokenSeconds(30, 7)).to.equal(7 * 86_400 - 600);
    expect(tillTokenSeconds(90, 90)).to.equal(90 * 86_400 - 600);
    expect(tillTokenSeconds(300, 0)).to.equal(300 * 86_400);
  });
});
