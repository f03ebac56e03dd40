/** Text as a QR code. A package makes it; this is its one place. */

import qrcode from 'qrcode-generator';

/** Row by row, 1 is dark; without the quiet zone of four modules that has to be around it. */
export function qrRows(text: string): string[] {
  const code = qrcode(0, 'M');
  code.addData(text, 'Byte');
  code.make();
  const size = code.getModuleCount();
  const places = Array.from({ length: size }, (_, index) => index);
  return places.map((row) => places.map((column) => (code.isDark(row, column) ? '1' : '0')).join(''));
}

const QUIET = 4;

/**
 * Two rows a line, for a terminal. What is light is drawn and what is dark is left out, as it has to be on a dark terminal;
 * on a light one the colours are the other way round, which cameras read as well.
 */
export function qrLines(rows: readonly string[]): string[] {
  const side = '0'.repeat(QUIET);
  const blank = '0'.repeat((rows[0]?.length ?? 0) + 2 * QUIET);
  const margin = Array.from({ length: QUIET }, () => blank);
  const all = [...margin, ...rows.map((row) => `${side}${row}${side}`), ...margin];
  const lines: string[] = [];
  for (let row = 0; row < all.length; row += 2) {
    const [upper = blank, lower = blank] = [all[row], all[row + 1]];
    lines.push([...upper].map((dark, column) => HALVES[`${dark}${lower[column]}`] ?? ' ').join(''));
  }
  return lines;
}

/** By the upper and the lower module. */
const HALVES: Readonly<Record<string, string>> = { '00': '█', '01': '▀', '10': '▄', '11': ' ' };
