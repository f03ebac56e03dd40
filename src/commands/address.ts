/** Where a server is, for people: never its user's name or password. */

/** `host:port/path` of a URL. */
export function addressOf(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname === '/' ? '' : pathname}`;
}
