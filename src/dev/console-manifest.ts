/** What a browser installs the console by. The service puts in the shop and the language of the page that asks. */

export const ICONS = ['round-192', 'round-512', 'full-192', 'full-512'].map((name) => `icons/${name}.png`);

/** `nameOf` gives what became of a source's name. */
export function manifestWith(nameOf: ReadonlyMap<string, string>): object {
  const icons = ICONS.map((source) => {
    const [, shape, size] = /(\w+)-(\d+)/.exec(source) ?? [];
    return {
      src: `console/${nameOf.get(source)}`,
      type: 'image/png',
      sizes: `${size}x${size}`,
      // Systems cut a full one into the shape of their own icons.
      purpose: shape === 'full' ? 'maskable' : 'any',
    };
  });
  return {
    scope: './',
    display: 'standalone',
    background_color: '#f5f3ee',
    theme_color: '#0b6152',
    categories: ['business', 'food'],
    icons,
  };
}
