/** A setting that holds one address or several, separated by commas. Pure. */

/** The addresses, at least one. Only a comma before another address separates: one may also stand in a password. */
export function splitUrls(text: string): readonly string[] {
  return text.split(/\s*,\s*(?=[a-z][a-z0-9+.-]*:\/\/)/i);
}

/** Where a server is, for people: `host:port/path` of a URL, never its user's name or password. */
export function locationOf(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname === '/' ? '' : pathname}`;
}
