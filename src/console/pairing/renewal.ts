/**
 * Renews the token of this till by itself when about a third of its time is left: at another moment in each tab, and again
 * and again while the service is away. The token in use goes on meanwhile, and the link takes up the new one before that ends.
 */

import { claimsOf } from '../browser/token-claims.ts';
import type { KeptTill, KeptTills } from './kept-till.ts';
import type { TillApi } from './till-api.ts';

export interface RenewalOptions {
  shop: string;
  tills: Pick<KeptTills, 'of' | 'keep' | 'remove'>;
  renew: TillApi['renew'];
  /** By the service's clock, as far as that is known. */
  now(): number;
  after(ms: number, call: () => void): void;
  random(): number;
  onRenewed(): void;
  onRemoved(): void;
}

const LOOK_EVERY_MS = 60_000;
const LONGEST_WAIT_MS = 900_000;

/** Looks from now on, every minute; the first time soon, with a spread over the tabs of a shop that opens. */
export function startRenewal(options: RenewalOptions): void {
  const { tills, shop, now, random } = options;
  /** So early in the last third this tab renews: where several are open, one of them as a rule. */
  const share = 1 / 3 - random() / 10;
  let failures = 0;

  function lookAgain(ms = LOOK_EVERY_MS): void {
    options.after(ms, () => void look());
  }
  async function look(): Promise<void> {
    const till = tills.of(shop);
    if (till === undefined || !isDue(till.token, now(), share)) return lookAgain();
    await renew(till);
    lookAgain(Math.min(LOOK_EVERY_MS * 2 ** failures, LONGEST_WAIT_MS) * (0.75 + random() / 4));
  }
  async function renew(till: KeptTill): Promise<void> {
    const renewed = await options.renew(till.tillId, till.token);
    switch (renewed.outcome) {
      case 'renewed':
        failures = 0;
        tills.keep(shop, renewed.till);
        return options.onRenewed();
      case 'removed':
        tills.remove(shop);
        return options.onRemoved();
      case 'refused': // the link says so as well, and the person is asked for a code
      case 'away':
        failures++;
    }
  }
  lookAgain(random() * 5_000);
}

/** A token that does not say from when to when it is good is left alone. */
export function isDue(token: string, now: number, share: number): boolean {
  const { startsAt, endsAt } = claimsOf(token) ?? {};
  if (startsAt === undefined || endsAt === undefined) return false;
  return endsAt - now <= (endsAt - startsAt) * share;
}
