/** Which pages may use the service. Pure. A page cannot lie about its origin; what is no page need not send one. */

/** `origin` is the header, empty where there is none. A rule is an origin, one with `*.` for a first label, or `*`. */
export function isAllowedOrigin(origin: string, rules: readonly string[]): boolean {
  return origin === '' || rules.some((rule) => matches(origin, rule));
}

function matches(origin: string, rule: string): boolean {
  if (rule === '*' || rule === origin) return true;
  const [scheme, parent] = rule.split('//*.');
  if (parent === undefined || !origin.startsWith(`${scheme}//`) || !origin.endsWith(`.${parent}`))
    return false;
  const label = origin.slice(`${scheme}//`.length, -`.${parent}`.length);
  return /^[a-z0-9-]+$/.test(label);
}
