/** Base64 of which there is one form only: a signature written in another way is not the one that was sent. */

/** Undefined for what is not written exactly as an encoder writes it. */
export function decodeExactly(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.length > 0 && bytes.toString('base64') === text ? bytes : undefined;
}
