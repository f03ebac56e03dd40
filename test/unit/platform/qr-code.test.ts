/** QR codes: their form, and how a terminal shows them. What they say is read by a camera's decoder in the browser test. */

import { expect } from 'chai';
import { pairingLink } from '../../../src/domain/pairing-link.ts';
import { qrLines, qrRows } from '../../../src/platform/qr-code.ts';

const LINK = 'https://bell.example/?shop=corner#pair=482913';

describe('a QR code', () => {
  it('is a square of modules with the three finder patterns', () => {
    const rows = qrRows(LINK);
    expect(rows.every((row) => row.length === rows.length && /^[01]+$/.test(row))).to.equal(true);
    expect((rows.length - 17) % 4).to.equal(0);
    const top = '1111111';
    expect(rows[0]?.slice(0, 7)).to.equal(top);
    expect(rows[0]?.slice(-7)).to.equal(top);
    expect(rows.at(-1)?.slice(0, 7)).to.equal(top);
    expect(rows[1]?.slice(0, 7)).to.equal('1000001');
    expect(qrRows(`${LINK}1`)).not.to.deep.equal(rows);
  });

  it('takes two rows a line in a terminal, with four light modules around it', () => {
    expect(qrLines(['10', '01'])).to.deep.equal([
      '█'.repeat(10),
      '█'.repeat(10),
      '████▄▀████',
      '█'.repeat(10),
      '█'.repeat(10),
    ]);
    expect(qrLines(['1'])[2]).to.equal('████▄████');
  });
});

describe('the link of a pairing', () => {
  it('has the shop in the query and the code in the fragment, which goes to no server', () => {
    expect(pairingLink('https://bell.example/', 'corner', '482913')).to.equal(LINK);
    expect(pairingLink('https://bell.example/till/?a=1#x', 'corner', '000001')).to.equal(
      'https://bell.example/till/?a=1&shop=corner#pair=000001',
    );
  });
});
