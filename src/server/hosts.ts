/**
 * By which names the service may be called. Pure. Guarantees that a page cannot read what is open to its own origin alone by
 * having the name of that origin point at this service (DNS rebinding): the request still names the page's host.
 */

import { isIP } from 'node:net';

/**
 * `host` is the header. A rule is a name, one with `*.` for a first label, or `*`. Allowed by itself is what no stranger's
 * name can be: an address, `localhost`, and a name without a dot, as containers have them.
 */
export function isAllowedHost(host: string, rules: readonly string[]): boolean {
  if (rules.includes('*')) return true;
  const [, bracketed, named] = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::[0-9]{1,5})?$/.exec(host) ?? [];
  if (bracketed !== undefined) return isIP(bracketed) === 6;
  const name = (named ?? '').toLowerCase().replace(/\.$/, '');
  if (isIP(name) === 4 || /^[a-z0-9_-]+(\.localhost)?$/.test(name)) return true;
  return rules.some((rule) => matches(name, rule));
}

function matches(name: string, rule: string): boolean {
  if (!rule.startsWith('*.')) return name === rule;
  const [, parent] = /^[a-z0-9_-]+\.(.*)$/.exec(name) ?? [];
  return parent === rule.slice(2);
}
