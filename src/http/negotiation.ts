/**
 * What a client says about the form of an answer that it wants: compressed how (RFC 9110 section 12.5.3), and whether it
 * has it already (section 13.1.2). Pure. Guarantees that a form the client refused is never picked.
 */

export type Encoding = 'br' | 'gzip';

/** The first of `available` that the header `Accept-Encoding` allows; undefined sends it as it is. */
export function pickEncoding(acceptEncoding: string, available: readonly Encoding[]): Encoding | undefined {
  const weights = new Map(acceptEncoding.split(',').map(readWeight));
  const allows = (encoding: Encoding) => (weights.get(encoding) ?? weights.get('*') ?? 0) > 0;
  return available.find(allows);
}

/** `gzip;q=0.5` is gzip with 0.5; what cannot be read weighs nothing. */
function readWeight(item: string): [string, number] {
  const [name = '', ...parameters] = item.split(';').map((part) => part.trim().toLowerCase());
  const q = parameters.find((parameter) => parameter.startsWith('q='));
  return [name, q === undefined ? 1 : Number(q.slice(2)) || 0];
}

/** Whether the header `If-None-Match` names this entity tag. */
export function hasAlready(ifNoneMatch: string, etag: string): boolean {
  const tags = ifNoneMatch.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes('*') || tags.includes(etag);
}
