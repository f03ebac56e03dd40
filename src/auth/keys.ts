/**
 * The keys that tokens are checked with: a secret, or a key set by URL or in a file. Guarantees that a key set which
 * cannot be had is told apart from a token that is wrong, that it is asked for seldom, whatever tokens come in, and that
 * a key which the issuer has added is found.
 */

import { createSecretKey, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  errors,
  type FetchImplementation,
  type JWTVerifyGetKey,
} from 'jose';
import { AppError, messageOf } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';

export interface Keys {
  /** A secret, or how the key is found that a token names. The latter rejects with `keys-unavailable`. */
  readonly key: KeyObject | JWTVerifyGetKey;
  /** What the keys are for; nothing else is taken. */
  readonly algorithms: readonly string[];
}

export interface KeySetTimes {
  /** A token with an unknown key has the set read again, but not sooner than this after the last time. */
  cooldownMs: number;
  /** So long a key is trusted that the issuer may have withdrawn. */
  maxAgeMs: number;
  /** How long the set is not asked for after it could not be had. */
  retryMs: number;
}

export const KEY_SET_TIMES: KeySetTimes = { cooldownMs: 30_000, maxAgeMs: 600_000, retryMs: 2_000 };

export function secretKeys(secret: string): Keys {
  return { key: createSecretKey(Buffer.from(secret, 'utf8')), algorithms: ['HS256'] };
}

const ASYMMETRIC = ['RS256', 'ES256', 'EdDSA'];

/** Resolves also where the URL cannot be reached: tokens have to wait then, and not the start. */
export async function keysFromUrl(url: string, logger: Logger, times = KEY_SET_TIMES): Promise<Keys> {
  const set = createKeySet(new URL(url), fetch, logger, times);
  await set.reload().catch(() => {}); // it was logged
  return { key: set.find, algorithms: ASYMMETRIC };
}

/** Rejects with `keys-unavailable` if the file is not there or holds no key set. */
export async function keysFromFile(path: string, logger: Logger, times = KEY_SET_TIMES): Promise<Keys> {
  const read = async () => new Response(await readFile(path));
  const set = createKeySet(pathToFileURL(path), read, logger, times);
  await set.reload().catch((error) => {
    throw unavailable(error);
  });
  return { key: set.find, algorithms: ASYMMETRIC };
}

function createKeySet(url: URL, fetchSet: FetchImplementation, logger: Logger, times: KeySetTimes) {
  const set = createRemoteJWKSet(url, {
    cooldownDuration: times.cooldownMs,
    cacheMaxAge: times.maxAgeMs,
    [customFetch]: pausingAfterFailure(fetchSet, logger, times.retryMs),
  });
  const find: JWTVerifyGetKey = async (header, token) => {
    try {
      return await set(header, token);
    } catch (error) {
      throw isTokensFault(error) ? error : unavailable(error);
    }
  };
  return { find, reload: () => set.reload() };
}

/** The set is there, and has no key for the token. */
function isTokensFault(error: unknown): boolean {
  return (
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys ||
    error instanceof errors.JOSENotSupported
  );
}

function unavailable(error: unknown): AppError {
  return new AppError('keys-unavailable', `the key set cannot be had: ${messageOf(error)}`, error);
}

/** jose cools down after success only: without this, each token would have a set asked for that is away. */
function pausingAfterFailure(
  fetchSet: FetchImplementation,
  logger: Logger,
  retryMs: number,
): FetchImplementation {
  let failure: { at: number; error: unknown } | undefined;
  return async (url, options) => {
    if (failure !== undefined && performance.now() - failure.at < retryMs) throw failure.error;
    try {
      const response = await fetchSet(url, options);
      if (response.status !== 200) throw new Error(`HTTP ${response.status}`);
      const set = await response.json();
      createLocalJWKSet(set); // throws for what is no key set
      failure = undefined;
      return Response.json(set);
    } catch (error) {
      failure = { at: performance.now(), error };
      logger.warn({ url, error: messageOf(error) }, 'the key set cannot be had');
      throw error;
    }
  };
}
