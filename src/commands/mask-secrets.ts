/** Showing a value without its secrets. Guarantees nothing for a secret in a value that is neither marked nor an address. */

import { splitUrls } from '../platform/url-list.ts';

const MASK = '***';
const SECRET_PARAMETER = /pass|secret|token|key/i;

/**
 * Of an address the passwords are masked and the rest stays readable. A sensitive value that is no plain address is
 * masked whole; one that is empty is shown as it is, so that what is missing can be seen.
 */
export function maskSecrets(value: unknown, sensitive: boolean): unknown {
  const isEmpty = value === '' || (Array.isArray(value) && value.length === 0);
  if (isEmpty || (!sensitive && typeof value !== 'string')) return value;
  const masked = typeof value === 'string' ? maskAddresses(value) : undefined;
  return masked ?? (sensitive ? MASK : value);
}

/** Of several, with commas between them, each; undefined if one is none. */
function maskAddresses(text: string): string | undefined {
  const masked = splitUrls(text).map(maskAddress);
  return masked.includes(undefined) ? undefined : masked.join(',');
}

/** Undefined for what is no address, and for one whose password has no clear end. */
function maskAddress(text: string): string | undefined {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text) || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  // A password with an unescaped slash: what comes before it was read as the host and its port.
  if (`${url.pathname}${url.search}${url.hash}`.includes('@')) return undefined;
  if (url.password !== '') url.password = MASK;
  for (const name of url.searchParams.keys()) {
    if (SECRET_PARAMETER.test(name)) url.searchParams.set(name, MASK);
  }
  return url.href;
}
