/** QR codes: their form, and how a terminal shows them, and what a reader of cameras' pictures finds in them. */

import { expect } from 'chai';
import jsqr from 'jsqr';
import { pairingLink } from '../../../src/domain/pairing-link.ts';
import { qrLines, qrRows } from '../../../src/platform/qr-code.ts';

const LINK = 'https://bell.example/?shop=corner#pair=482913';

const MODULE = 4;
const QUIET = 4;

/** As a camera has it: bytes of red, green, blue and opacity, dark on light with the quiet zone around. */
function read(rows: readonly string[]): string | undefined {
  const side = (rows.length + 2 * QUIET) * MODULE;
  const pixels = new Uint8ClampedArray(side * side * 4).fill(255);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const isDark = rows[Math.floor(y / MODULE) - QUIET]?.[Math.floor(x / MODULE) - QUIET] === '1';
      if (isDark) pixels.fill(0, (y * side + x) * 4, (y * side + x) * 4 + 3);
    }
  }
  return jsqr.default(pixels, side, side)?.data;
}

describe('a QR code', () => {
  it('says the link, short and long', () => {
    const long = `https://a-long-name.bells.example/under/a/path/?shop=${'s'.repeat(64)}#pair=000001`;
    for (const link of [LINK, long]) expect(read(qrRows(link))).to.equal(link);
    expect(read(qrRows(LINK).map((row) => row.replaceAll('1', '0')))).to.equal(undefined);
  });

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
