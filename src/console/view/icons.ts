/** The page's icons, drawn here: strokes on a square of 24, in the colour of the text beside them. */

const SVG = 'http://www.w3.org/2000/svg';

const PATHS = {
  bell: ['M6 10a6 6 0 0 1 12 0c0 5 2 6 2 7H4c0-1 2-2 2-7Z', 'M10 20.5a2.2 2.2 0 0 0 4 0', 'M12 4V2.5'],
  order: ['M5 3h14v18l-2.4-1.6L14.3 21 12 19.4 9.7 21l-2.3-1.6L5 21Z', 'M9 8h6', 'M9 12h6'],
  reminder: ['M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18Z', 'M12 7.5V12l3 2'],
  check: ['m4.5 12.5 5 5 10-11'],
  soundOn: ['M4 9.5v5h3.5L12 18.5v-13L7.5 9.5Z', 'M15.5 9a4.2 4.2 0 0 1 0 6', 'M18 6.5a7.8 7.8 0 0 1 0 11'],
  soundOff: ['M4 9.5v5h3.5L12 18.5v-13L7.5 9.5Z', 'm16 9.5 5 5', 'm21 9.5-5 5'],
  settings: [
    'M4 7h9',
    'M19 7h1',
    'M4 17h1',
    'M11 17h9',
    'M16 4.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5Z',
    'M8 14.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5Z',
  ],
  search: ['M10.5 4a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13Z', 'm15.5 15.5 5 5'],
  unlinked: [
    'M3 3l18 18',
    'M8.5 14.5a5 5 0 0 1 5.4-1.2',
    'M5 11a10 10 0 0 1 4.6-2.7',
    'M13 8.1a10 10 0 0 1 6 2.9',
    'M12 19h.01',
  ],
  key: ['M8 11a4 4 0 1 1 0 8 4 4 0 0 1 0-8Z', 'm11 12.2 8.5-8.4', 'm16 7.3 2.7 2.7'],
  reload: ['M19.5 12a7.5 7.5 0 1 1-2.2-5.3', 'M19.5 3.5v4h-4'],
  fold: ['m6 9 6 6 6-6'],
  elsewhere: ['M14 4h6v6', 'm20 4-9 9', 'M18 14v5.5H4.5V6H10'],
  history: ['M4 6h16', 'M4 12h16', 'M4 18h10'],
  previous: ['m15 6-6 6 6 6'],
  next: ['m9 6 6 6-6 6'],
  close: ['m6 6 12 12', 'm18 6-12 12'],
} as const;

export type IconName = keyof typeof PATHS;

/** Decoration: its meaning stands in words beside it. */
export function icon(name: IconName): SVGSVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  for (const d of PATHS[name]) {
    const path = document.createElementNS(SVG, 'path');
    path.setAttribute('d', d);
    svg.append(path);
  }
  return svg;
}
