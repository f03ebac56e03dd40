/** A callback as Alipay sends it, signed with a key of our own. For development and tests. */

import { type KeyObject, sign } from 'node:crypto';
import { type Callback, chineseTime } from './wechat-callback.ts';

/** Text in the charset that the fields name. */
export type Encode = (text: string) => Buffer;

const utf8: Encode = (text) => Buffer.from(text);

export function alipayCallback(
  privateKey: KeyObject,
  fields: Readonly<Record<string, string>>,
  encode: Encode = utf8,
): Callback {
  const signed = Object.entries(fields)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => Buffer.concat([Buffer.from(`${name}=`), encode(value)]).toString('latin1'))
    .join('&');
  const signature = sign('sha256', Buffer.from(signed, 'latin1'), privateKey).toString('base64');
  const pairs = Object.entries({ ...fields, sign_type: 'RSA2', sign: signature });
  const body = pairs.map(([name, value]) => `${name}=${escapeBytes(encode(value))}`).join('&');
  const charset = fields.charset ?? 'utf-8';
  return {
    headers: { 'content-type': `application/x-www-form-urlencoded; charset=${charset}` },
    body: Buffer.from(body),
  };
}

/** As `application/x-www-form-urlencoded` has it. */
function escapeBytes(bytes: Buffer): string {
  return bytes
    .toString('latin1')
    .replace(/[^A-Za-z0-9*._-]/g, (one) =>
      one === ' ' ? '+' : `%${one.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
    );
}

/** `2015-04-27 15:45:57` */
export function alipayTime(now: number): string {
  return chineseTime(now).replace('T', ' ').slice(0, 19);
}
