/** Looking into what was read from YAML, without a word of what it should be. */

/** Anything that YAML can hold. */
export type Yaml = string | number | boolean | null | Yaml[] | { [key: string]: Yaml };

/** What lies at a path of keys and indices, or undefined. */
export function at(value: Yaml | undefined, ...path: (string | number)[]): Yaml | undefined {
  let found = value;
  for (const key of path) {
    if (typeof found !== 'object' || found === null) return undefined;
    found = Array.isArray(found) ? found[Number(key)] : found[key];
  }
  return found;
}

export function list(value: Yaml | undefined): Yaml[] {
  return Array.isArray(value) ? value : [];
}

export function text(value: Yaml | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
