/**
 * A push service and the browsers that subscribed to it. It checks the signature of each request (RFC 8292) and decrypts
 * each message as a browser would (RFC 8291 over RFC 8188), by node:crypto alone.
 */

import { createDecipheriv, createECDH, createHmac, createPublicKey, randomBytes, verify } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedPush {
  /** The name that the browser was given. */
  browser: string;
  headers: IncomingMessage['headers'];
  message: unknown;
  /** The claims of the signed token. */
  vapid: { aud: string; exp: number; sub: string };
}

export interface PushEndpoint {
  origin: string;
  pushes: ReceivedPush[];
  /** What could not be verified or decrypted. */
  faults: string[];
  subscribe(browser: string): { endpoint: string; keys: { p256dh: string; auth: string } };
  /** What a browser's endpoint answers from now on; 201 at first. */
  answer(browser: string, status: number, headers?: Record<string, string>): void;
  close(): Promise<void>;
}

interface Browser {
  curve: ReturnType<typeof createECDH>;
  auth: Buffer;
  status: number;
  headers: Record<string, string>;
}

export async function startPushEndpoint(vapidPublicKey: string): Promise<PushEndpoint> {
  const browsers = new Map<string, Browser>();
  const pushes: ReceivedPush[] = [];
  const faults: string[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const name = (request.url ?? '').slice(1);
    const browser = browsers.get(name);
    if (browser === undefined) return void response.writeHead(404).end();
    try {
      const vapid = readVapid(request.headers.authorization ?? '', vapidPublicKey);
      const message = JSON.parse(decrypt(Buffer.concat(chunks), browser).toString('utf8'));
      pushes.push({ browser: name, headers: request.headers, message, vapid });
    } catch (error) {
      faults.push(String(error));
    }
    response.writeHead(browser.status, browser.headers).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    pushes,
    faults,
    subscribe(name) {
      const curve = createECDH('prime256v1');
      curve.generateKeys();
      const auth = randomBytes(16);
      browsers.set(name, { curve, auth, status: 201, headers: {} });
      const keys = { p256dh: curve.getPublicKey('base64url'), auth: auth.toString('base64url') };
      return { endpoint: `${origin}/${name}`, keys };
    },
    answer(name, status, headers = {}) {
      const browser = browsers.get(name);
      if (browser !== undefined) Object.assign(browser, { status, headers });
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const hmac = (key: Buffer, ...parts: Buffer[]) =>
  createHmac('sha256', key).update(Buffer.concat(parts)).digest();
const ONE = Buffer.from([1]);

/** One record, as push services take it: salt, record size, the sender's key, the ciphertext. */
function decrypt(sent: Buffer, { curve, auth }: Browser): Buffer {
  const salt = sent.subarray(0, 16);
  const recordSize = sent.readUInt32BE(16);
  const keyLength = sent[20] ?? 0;
  const senderKey = sent.subarray(21, 21 + keyLength);
  const record = sent.subarray(21 + keyLength);
  if (keyLength !== 65 || record.length > recordSize) throw new Error('not one record of aes128gcm');
  const shared = curve.computeSecret(senderKey);
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), curve.getPublicKey(), senderKey]);
  const keying = hmac(hmac(auth, shared), info, ONE);
  const random = hmac(salt, keying);
  const key = hmac(random, Buffer.from('Content-Encoding: aes128gcm\0'), ONE).subarray(0, 16);
  const nonce = hmac(random, Buffer.from('Content-Encoding: nonce\0'), ONE).subarray(0, 12);
  const decipher = createDecipheriv('aes-128-gcm', key, nonce);
  decipher.setAuthTag(record.subarray(-16));
  const padded = Buffer.concat([decipher.update(record.subarray(0, -16)), decipher.final()]);
  const end = padded.lastIndexOf(2);
  if (end < 0 || padded.subarray(end + 1).some((byte) => byte !== 0))
    throw new Error('no end of the last record');
  return padded.subarray(0, end);
}

function readVapid(authorization: string, publicKey: string): ReceivedPush['vapid'] {
  const [, token = '', key = ''] = /^vapid t=([^,]+), ?k=([^,]+)$/.exec(authorization) ?? [];
  if (key !== publicKey) throw new Error(`signed by another key: ${authorization}`);
  const [head = '', claims = '', signature = ''] = token.split('.');
  const point = Buffer.from(key, 'base64url');
  const jwk = {
    kty: 'EC',
    crv: 'P-256',
    x: point.subarray(1, 33).toString('base64url'),
    y: point.subarray(33).toString('base64url'),
  };
  const isRight = verify(
    'sha256',
    Buffer.from(`${head}.${claims}`),
    { key: createPublicKey({ key: jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature, 'base64url'),
  );
  if (!isRight) throw new Error('the token is not signed by its key');
  return JSON.parse(Buffer.from(claims, 'base64url').toString('utf8'));
}
