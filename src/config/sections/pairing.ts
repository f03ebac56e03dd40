/** Pairing tills by a code, and the tokens that they get. */

import { between } from '../formats.ts';
import { httpUrl, orNone } from '../urls.ts';

export const pairingSection = {
  tokenDays: {
    doc: "How long a paired till's token lasts. The console renews it when a third of that is left; a till that stays off for longer is paired anew. Never more than `auth.maxTokenDays`.",
    format: between(1, 3650),
    default: 30,
    env: 'PAIRING_TOKEN_DAYS',
  },
  codeMinutes: {
    doc: 'How long a pairing code can be used.',
    format: between(1, 60),
    default: 10,
    env: 'PAIRING_CODE_MINUTES',
  },
  triesPerCode: {
    doc: 'A pairing code ends after so many wrong tries by any callers, counted by Postgres for all processes. Each code can be guessed with a chance of so many in a million.',
    format: between(1, 1000),
    default: 20,
    env: 'PAIRING_TRIES_PER_CODE',
  },
  triesPerAddress: {
    doc: 'Tries of one address in ten minutes; above it they are refused with 429. Each process counts for itself. 0: no limit.',
    format: between(0, 10_000),
    default: 10,
    env: 'PAIRING_TRIES_PER_ADDRESS',
  },
  keyFile: {
    doc: "The file of a private key, as a JWK or in PEM, that tills' tokens are signed with where a key set checks tokens. Its public key must be in that set. Without it, and without `auth.secret`, no till can be paired.",
    format: String,
    default: '',
    env: 'PAIRING_KEY_FILE',
  },
  pageUrl: {
    doc: "The console's address, `https://bell.example/`, for the link and the QR code of a pairing that names none.",
    format: orNone(httpUrl),
    default: '',
    env: 'PAIRING_PAGE_URL',
  },
};

const DAY_SECONDS = 86_400;

/** Clocks of processes differ: a token that ends at the very limit might be refused by another one. */
const SPARE_SECONDS = 600;

/** How long a till's token lasts where no token may end later than `maxTokenDays`; 0 is without that limit. */
export function tillTokenSeconds(tokenDays: number, maxTokenDays: number): number {
  const most = maxTokenDays === 0 ? Number.POSITIVE_INFINITY : maxTokenDays * DAY_SECONDS - SPARE_SECONDS;
  return Math.min(tokenDays * DAY_SECONDS, most);
}
