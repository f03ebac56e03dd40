/** Headers that came in several lines. Overlooks no line: a proxy before us may have checked another one. */

/** The headers of a request of uWebSockets.js: names in lower case, and a name may come several times. */
export interface HeaderList {
  forEach(each: (name: string, value: string) => void): void;
}

/** The values of these headers, lines of one name joined by commas (RFC 9110 section 5.3); empty where there is none. */
export function headerValues<Name extends string>(
  headers: HeaderList,
  names: readonly Name[],
): Record<Name, string> {
  const values = new Map<string, string>();
  headers.forEach((name, value) => {
    const before = values.get(name);
    values.set(name, before === undefined ? value : `${before}, ${value}`);
  });
  const entries = names.map((name) => [name, values.get(name) ?? '']);
  return Object.fromEntries(entries);
}
