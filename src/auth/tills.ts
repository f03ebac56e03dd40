/**
 * Pairing tills: codes, the tokens for them, and the list. A till's token is made only for a row that is there and was not
 * removed. Each step has a line in the log, without code or token.
 */

import type pg from 'pg';
import { TILL_SCOPES, type Tills, type TillToken } from '../domain/till.ts';
import type { Logger } from '../platform/logger.ts';
import { createThrottledLog } from '../platform/throttled-log.ts';
import { listTills, removeTill, renewTill, subjectOf } from './kept-tills.ts';
import { mintToken } from './mint-token.ts';
import { makeCode, tryCode } from './pairing-codes.ts';
import type { TillSigning } from './till-signing.ts';

export interface TillsOptions {
  pool: pg.Pool;
  signing: TillSigning;
  tokenSeconds: number;
  codeMinutes: number;
  triesPerCode: number;
  logger: Logger;
  /** Milliseconds since 1970. */
  now(): number;
}

export function createTills(options: TillsOptions): Tills {
  const { pool, signing, codeMinutes, triesPerCode, logger, now } = options;
  const { codeKey } = signing;
  const warn = createThrottledLog(logger, () => performance.now());
  const expiresInSeconds = options.tokenSeconds;
  const tokenEndsAt = () => (Math.floor(now() / 1000) + expiresInSeconds) * 1000;

  async function tokenFor(tillId: string, shopId: string, name: string): Promise<TillToken> {
    const { key, issuer, audience } = signing;
    const claims = { subject: subjectOf(tillId), shops: [shopId], scopes: TILL_SCOPES, till: tillId };
    const minted = await mintToken({ ...claims, expiresInSeconds, issuer, audience }, key, now());
    return { ...minted, tillId, shopId, name };
  }

  return {
    async pair(shopId, name, by) {
      const made = await makeCode(pool, codeKey, { shopId, name, by, minutes: codeMinutes });
      logger.info({ shopId, by, expiresAt: made.expiresAt }, 'a pairing code was made');
      return made;
    },
    async redeem(code, name = '') {
      const tried = { code, name, mostTries: triesPerCode, tokenEndsAt: tokenEndsAt() };
      const found = await tryCode(pool, codeKey, tried);
      const { outcome, till_id: id, till_shop: shopId, till_name: tillName } = found;
      if (Number(found.ended_codes) > 0)
        warn({ tries: triesPerCode }, 'a pairing code ended after too many wrong tries');
      if (outcome !== 'paired' || id === null || shopId === null)
        return { outcome: outcome === 'ended' ? outcome : 'unknown' };
      logger.info({ shopId, tillId: id }, 'a till was paired');
      return { outcome: 'paired', till: await tokenFor(id, shopId, tillName ?? '') };
    },
    async renew(id) {
      const till = await renewTill(pool, id, tokenEndsAt());
      if (till === undefined) return undefined;
      logger.info({ shopId: till.shopId, tillId: id }, 'the token of a till was renewed');
      return tokenFor(id, till.shopId, till.name);
    },
    list: (shopId) => listTills(pool, shopId),
    async remove(id, shops, by) {
      const till = await removeTill(pool, id, shops, by);
      if (till !== undefined) logger.info({ shopId: till.shopId, tillId: id, by }, 'a till was removed');
      return till;
    },
  };
}
