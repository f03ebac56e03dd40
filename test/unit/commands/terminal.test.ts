import { expect } from 'chai';
import { forTerminal } from '../../../src/commands/terminal.ts';

describe('text for a terminal', () => {
  it('has no control characters and nothing that turns the direction, but escapes that say what was there', () => {
    const text = 'a\u001b[2J\u001b]0;title\u0007\r\nb\u009b31m\u202ec\u007f\u2066\u061c\u2028';
    expect(forTerminal(text)).to.equal(
      'a\\u001b[2J\\u001b]0;title\\u0007\\u000d\\u000ab\\u009b31m\\u202ec\\u007f\\u2066\\u061c\\u2028',
    );
  });

  it('is as it was where there are none', () => {
    const text = '订单号： A-1 \\ "é" 🔔';
    expect(forTerminal(text)).to.equal(text);
  });

  it('stays JSON of the same value', () => {
    const value = {
      'k\u009b': Array.from({ length: 0x2100 }, (_, code) => String.fromCharCode(code)).join(''),
    };
    const printed = forTerminal(JSON.stringify(value));
    expect(JSON.parse(printed)).to.deep.equal(value);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(printed).not.to.match(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/);
  });
});
