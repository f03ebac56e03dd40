/** A callback as WeChat Pay sends it, signed and sealed with keys of our own. For development and tests. */

import { createCipheriv, type KeyObject, randomBytes, sign } from 'node:crypto';

export interface WechatSender {
  serial: string;
  privateKey: KeyObject;
  apiV3Key: string;
}

export interface Callback {
  headers: Record<string, string>;
  body: Buffer;
}

/** `now` is in milliseconds since 1970. */
export function wechatCallback(
  sender: WechatSender,
  event: { type: string; resource: object; id: string },
  now: number,
): Callback {
  const nonce = randomBytes(6).toString('hex');
  const associated_data = event.type.startsWith('REFUND') ? 'refund' : 'transaction';
  const cipher = createCipheriv('aes-256-gcm', sender.apiV3Key, nonce).setAAD(Buffer.from(associated_data));
  const sealed = [cipher.update(JSON.stringify(event.resource)), cipher.final(), cipher.getAuthTag()];
  const body = Buffer.from(
    JSON.stringify({
      id: event.id,
      create_time: chineseTime(now),
      resource_type: 'encrypt-resource',
      event_type: event.type,
      summary: event.type,
      resource: {
        original_type: associated_data,
        algorithm: 'AEAD_AES_256_GCM',
        ciphertext: Buffer.concat(sealed).toString('base64'),
        associated_data,
        nonce,
      },
    }),
  );
  return signWechat(sender, body, Math.floor(now / 1000));
}

/** Any body; `time` is in seconds since 1970. */
export function signWechat(sender: WechatSender, body: Buffer, time: number): Callback {
  const nonce = randomBytes(16).toString('hex');
  const message = Buffer.concat([Buffer.from(`${time}\n${nonce}\n`), body, Buffer.from('\n')]);
  return {
    headers: {
      'wechatpay-serial': sender.serial,
      'wechatpay-timestamp': String(time),
      'wechatpay-nonce': nonce,
      'wechatpay-signature': sign('sha256', message, sender.privateKey).toString('base64'),
      'content-type': 'application/json',
    },
    body,
  };
}

/** `2018-06-08T10:34:56+08:00` */
export function chineseTime(now: number): string {
  return new Date(now + 8 * 3_600_000).toISOString().replace(/\.[0-9]+Z$/, '+08:00');
}
