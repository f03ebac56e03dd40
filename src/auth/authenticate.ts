/**
 * Looking into tokens (RFC 7519, RFC 8725). Guarantees that a grant comes only from a token which is signed by a key of
 * ours, with an algorithm that belongs to that key, from the issuer and for the audience that are configured, now.
 * What is wrong with a token is said only where its signature is right: before that, nothing in it is anybody's word.
 */

import { createHash } from 'node:crypto';
import { errors, type JWTVerifyResult, jwtVerify } from 'jose';
import type { Authenticate, Authentication } from '../domain/access.ts';
import { AppError, messageOf } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import { readGrant } from './claims.ts';
import { type Keys, keysFromFile, keysFromUrl, secretKeys } from './keys.ts';

export interface TokenSettings {
  /** One of these three; the others are empty. */
  readonly secret: string;
  readonly jwksUrl: string;
  readonly jwksFile: string;
  /** Fewer than the keys allow; empty takes all that they do. */
  readonly algorithms: readonly string[];
  /** Empty takes any. */
  readonly issuer: string;
  readonly audience: string;
  readonly clockSkewSeconds: number;
  /** How far away the end of a token may be; 0 is any time. */
  readonly maxTokenDays: number;
}

/** Longer than any request line or header of ours may be. */
const MAX_TOKEN_LENGTH = 8 * 1024;

/** Rejects with `keys-unavailable` if the file of the key set cannot be read. */
export async function openAuthentication(settings: TokenSettings, logger: Logger): Promise<Authenticate> {
  return createAuthenticate(await openKeys(settings, logger), settings, logger, Date.now);
}

function openKeys({ secret, jwksUrl, jwksFile }: TokenSettings, logger: Logger): Keys | Promise<Keys> {
  if (secret !== '') return secretKeys(secret);
  return jwksUrl === '' ? keysFromFile(jwksFile, logger) : keysFromUrl(jwksUrl, logger);
}

type TokenRules = Omit<TokenSettings, 'secret' | 'jwksUrl' | 'jwksFile'>;

/** In seconds. */
const DAY = 86_400;

/**
 * The header `typ` of tokens that are meant for a service such as this one; one that says nothing may be. Others, such as
 * `logout+jwt`, are made by the same issuer for something else (RFC 8725 section 3.11).
 */
const TYPES: readonly unknown[] = [undefined, 'jwt', 'at+jwt'];

/** `now` is in milliseconds since 1970. */
export function createAuthenticate(
  keys: Keys,
  rules: TokenRules,
  logger: Logger,
  now: () => number,
): Authenticate {
  const { issuer, audience, clockSkewSeconds, maxTokenDays } = rules;
  const options = {
    algorithms: keys.algorithms.filter(
      (name) => rules.algorithms.length === 0 || rules.algorithms.includes(name),
    ),
    requiredClaims: ['exp', 'sub'],
    clockTolerance: clockSkewSeconds,
    ...(issuer === '' ? {} : { issuer }),
    ...(audience === '' ? {} : { audience }),
  };

  /** What is wrong with a token whose signature, time, issuer and audience are right. */
  function faultIn({ protectedHeader, payload }: JWTVerifyResult): string | undefined {
    const type = protectedHeader.typ?.toLowerCase().replace(/^application\//, '');
    if (!TYPES.includes(type)) return 'the token is for another use: its typ may be JWT or at+jwt';
    const latest = now() / 1000 + maxTokenDays * DAY + clockSkewSeconds;
    if (maxTokenDays > 0 && Number(payload.exp) > latest)
      return `the token may end in ${maxTokenDays} days at the latest`;
    return undefined;
  }

  async function look(token: string): Promise<Authentication> {
    try {
      const opened = await jwtVerify(token, keys.key, { ...options, currentDate: new Date(now()) });
      const fault = faultIn(opened);
      if (fault !== undefined) return refused(fault);
      const grant = readGrant(opened.payload, clockSkewSeconds);
      return grant === undefined
        ? refused("the token's sub, shop or scope is malformed")
        : { ok: true, grant: { ...grant, token: nameOf(token) } };
    } catch (error) {
      if (error instanceof AppError && error.code === 'keys-unavailable') {
        return {
          ok: false,
          reason: 'unavailable',
          message: 'the keys to check tokens with are away, try again',
        };
      }
      if (!(error instanceof errors.JOSEError)) {
        logger.error({ error: messageOf(error) }, 'a token could not be looked into'); // such as a key that is too short
        return { ok: false, reason: 'unavailable', message: 'the token cannot be checked now' };
      }
      logger.debug({ code: error.code }, 'a token was refused');
      return refused(faultOf(error));
    }
  }

  return (token) => {
    if (token === undefined) return refused('a token is required');
    return token.length > MAX_TOKEN_LENGTH ? refused(NOT_VALID) : look(token);
  };
}

const NOT_VALID = 'the token is not valid';

/** Over what was signed: a signature can be written in several ways, and each would be another name. */
function nameOf(token: string): string {
  return createHash('sha256')
    .update(token.slice(0, token.lastIndexOf('.')))
    .digest('base64url');
}

function refused(message: string): Authentication {
  return { ok: false, reason: 'unauthenticated', message };
}

/** For the sender. jose checks the signature first, so that only a genuine token gets as far as its claims. */
function faultOf(error: Error): string {
  if (error instanceof errors.JWTExpired) return 'the token has expired';
  if (!(error instanceof errors.JWTClaimValidationFailed)) return NOT_VALID;
  switch (error.claim) {
    case 'nbf':
      return 'the token is not valid yet';
    case 'iss':
      return 'the token is from another issuer';
    case 'aud':
      return 'the token is for another audience';
    default:
      return `the token's ${error.claim} is missing or malformed`;
  }
}
