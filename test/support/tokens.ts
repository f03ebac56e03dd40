/** Tokens and the keys that they are signed with, as an identity provider makes them. */

import { createSecretKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, type JSONWebKeySet, type JWTPayload, SignJWT } from 'jose';

export const SECRET = 'the secret of the tests, 32 bytes and more';

/** The variables of a service that takes tokens signed with `SECRET`. */
export const WITH_SECRET = { AUTH_MODE: 'jwt', AUTH_SECRET: SECRET };

export interface KeyPair {
  algorithm: 'RS256' | 'ES256' | 'EdDSA';
  kid: string;
  privateKey: KeyObject;
  publicKey: KeyObject;
}

export function makeKeyPair(algorithm: KeyPair['algorithm'], kid: string): KeyPair {
  const pair =
    algorithm === 'RS256'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : algorithm === 'ES256'
        ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
        : generateKeyPairSync('ed25519');
  return { algorithm, kid, ...pair };
}

export async function keySetOf(pairs: readonly KeyPair[]): Promise<JSONWebKeySet> {
  const keys = pairs.map(async ({ publicKey, kid, algorithm }) => ({
    ...(await exportJWK(publicKey)),
    kid,
    alg: algorithm,
    use: 'sig',
  }));
  return { keys: await Promise.all(keys) };
}

export async function writeKeySet(path: string, pairs: readonly KeyPair[]): Promise<void> {
  await writeFile(path, JSON.stringify(await keySetOf(pairs)));
}

export interface TokenOptions {
  claims?: JWTPayload;
  /** A claim to leave out. */
  without?: string;
  header?: Record<string, unknown>;
  /** Seconds from now; `null` leaves the claim out. */
  expiresIn?: number | null;
  key?: KeyObject | Uint8Array;
  algorithm?: string;
}

/** A token for the shop `corner` that may listen, unless told otherwise. */
export function makeToken({
  claims = {},
  without = '',
  header = {},
  expiresIn = 600,
  key = createSecretKey(Buffer.from(SECRET)),
  algorithm = 'HS256',
}: TokenOptions = {}): Promise<string> {
  const all = { sub: 'till-7', shop: 'corner', scope: 'listen', ...claims };
  const payload = Object.fromEntries(Object.entries(all).filter(([name]) => name !== without));
  const jwt = new SignJWT(payload).setProtectedHeader({ alg: algorithm, ...header });
  if (expiresIn !== null) jwt.setExpirationTime(Math.floor(Date.now() / 1000) + expiresIn);
  return jwt.sign(key);
}

/** A token of one key of a set. */
export function tokenOf(pair: KeyPair, options: TokenOptions = {}): Promise<string> {
  const { algorithm, kid, privateKey } = pair;
  return makeToken({ key: privateKey, algorithm, ...options, header: { kid, ...options.header } });
}

export interface KeyServer {
  url: string;
  /** What it answers with from now on. */
  serve(answer: { status: number; body: string }): void;
  serveKeys(pairs: readonly KeyPair[]): Promise<void>;
  /** How often it was asked. */
  readonly asked: number;
  close(): Promise<void>;
}

/** An identity provider's key set on HTTP. */
export async function startKeyServer(pairs: readonly KeyPair[]): Promise<KeyServer> {
  let answer = { status: 200, body: JSON.stringify(await keySetOf(pairs)) };
  let asked = 0;
  const server = createServer((_, response) => {
    asked++;
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/keys`,
    serve(next) {
      answer = next;
    },
    async serveKeys(next) {
      answer = { status: 200, body: JSON.stringify(await keySetOf(next)) };
    },
    get asked() {
      return asked;
    },
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
