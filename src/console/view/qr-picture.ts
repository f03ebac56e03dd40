/** A QR code as one path of an SVG, dark on light in either theme, with the quiet zone that cameras need. */

const SVG = 'http://www.w3.org/2000/svg';
const QUIET = 4;

/** `rows` have 1 for each dark module. */
export function qrPicture(rows: readonly string[], label: string): SVGSVGElement {
  const size = rows.length + 2 * QUIET;
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', `0 0 ${size} ${size}`);
  svg.setAttribute('class', 'qr');
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', label);
  svg.setAttribute('shape-rendering', 'crispEdges');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', rows.map((row, y) => pathOf(row, y + QUIET)).join(''));
  svg.append(path);
  return svg;
}

/** One rectangle for each run of dark modules. */
function pathOf(row: string, y: number): string {
  return [...row.matchAll(/1+/g)]
    .map(({ index, 0: run }) => `M${index + QUIET} ${y}h${run.length}v1h-${run.length}z`)
    .join('');
}
