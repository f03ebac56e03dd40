/**
 * Pairing codes in Postgres, by its clock. A code is six digits of a good random source, and no two live ones are the same.
 * The table has a keyed hash of it. How a try ends is decided by `redeem_pairing_code`, one try at a time.
 */

import { createHmac, randomInt } from 'node:crypto';
import type { MadePairing } from '../domain/till.ts';
import { AppError } from '../platform/errors.ts';
import type { Queryable } from '../platform/postgres.ts';

export interface NewCode {
  shopId: string;
  name: string;
  by: string | undefined;
  minutes: number;
}

const CODES = 1_000_000;

/** With a thousand live codes five draws all meet one of them once in 10^15. */
const DRAWS = 5;

export async function makeCode(pool: Queryable, codeKey: Uint8Array, asked: NewCode): Promise<MadePairing> {
  for (let draw = 0; draw < DRAWS; draw++) {
    const code = String(randomInt(CODES)).padStart(6, '0');
    const { rows } = await pool.query<{ expires_at: Date }>({
      name: 'make-pairing-code',
      // What has expired pairs nothing any more: it goes with the next code.
      text: `WITH old AS (DELETE FROM pairing_codes WHERE expires_at < clock_timestamp() - interval '1 hour')
             INSERT INTO pairing_codes AS taken (code_hash, shop_id, name, made_by, expires_at)
             VALUES ($1, $2, $3, $4, clock_timestamp() + make_interval(mins => $5))
             ON CONFLICT (code_hash) DO UPDATE
               SET shop_id = excluded.shop_id, name = excluded.name, made_by = excluded.made_by, attempts = 0, used_at = NULL,
                   made_at = clock_timestamp(), expires_at = excluded.expires_at
               WHERE taken.expires_at <= clock_timestamp()
             RETURNING expires_at`,
      values: [hashOf(code, codeKey), asked.shopId, asked.name, asked.by, asked.minutes],
    });
    if (rows[0] !== undefined) return { code, expiresAt: rows[0].expires_at.toISOString() };
  }
  throw new AppError('busy', 'too many pairing codes are live');
}

export interface CodeTry {
  code: string;
  mostTries: number;
  /** Empty takes the name that the code has. */
  name: string;
  /** When the token of the new till ends, in milliseconds since 1970. */
  tokenEndsAt: number;
}

export interface TriedCode {
  outcome: 'paired' | 'unknown' | 'ended';
  /** Null unless it is `paired`. */
  till_id: string | null;
  till_shop: string | null;
  till_name: string | null;
  /** How many live codes ended by this try. */
  ended_codes: string;
}

export async function tryCode(pool: Queryable, codeKey: Uint8Array, tried: CodeTry): Promise<TriedCode> {
  const { rows } = await pool.query<TriedCode>({
    name: 'redeem-pairing-code',
    text: 'SELECT * FROM redeem_pairing_code($1, $2, $3, $4)',
    values: [hashOf(tried.code, codeKey), tried.mostTries, tried.name, new Date(tried.tokenEndsAt)],
  });
  const [found] = rows;
  if (found === undefined) throw new Error('redeem_pairing_code returned no row');
  return found;
}

function hashOf(code: string, codeKey: Uint8Array): Buffer {
  return createHmac('sha256', codeKey).update(code).digest();
}
