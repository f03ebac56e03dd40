/** Pairing of tills in this process: the routes' parts, and the list of removed tills that every process follows. */

import { createTills } from '../auth/tills.ts';
import { tillTokenSeconds } from '../config/sections/pairing.ts';
import type { PairingParts } from '../http/till-routes.ts';
import { observePairing } from '../metrics/pairing.ts';
import { createThrottledLog } from '../platform/throttled-log.ts';
import { createTurns } from '../platform/turns.ts';
import { createRateLimit } from '../server/rate-limit.ts';
import type { ServiceContext } from './context.ts';

/** In which the tries of one address are counted. */
const TRIES_SECONDS = 600;

/** The list is read before the first request is answered. Without tokens there is none to follow. */
export async function followRemovedTills({
  config,
  removedTills,
  logger,
  onStop,
  stepMs,
}: ServiceContext): Promise<void> {
  if (config.auth.mode === 'none') return;
  await removedTills.load();
  const repetition = removedTills.follow(logger);
  onStop('stop reading removed tills', () => repetition.stop(), stepMs);
}

export function pairingOf({
  config,
  pool,
  registry,
  removedTills,
  tillSigning,
  logger,
}: ServiceContext): PairingParts {
  const { pairing } = config;
  const count = observePairing(registry);
  const warn = createThrottledLog(logger, () => performance.now());
  if (typeof tillSigning === 'string') return { ok: false, why: tillSigning };
  const tokenSeconds = tillTokenSeconds(pairing.tokenDays, config.auth.maxTokenDays);
  const tills = createTills({ pool, signing: tillSigning, ...pairing, tokenSeconds, logger, now: Date.now });
  const oneTry = createTurns((work) => work());
  return {
    ok: true,
    pageUrl: pairing.pageUrl,
    tries: createRateLimit({ count: pairing.triesPerAddress, seconds: TRIES_SECONDS }),
    observe(step, address) {
      count(step);
      if (address !== undefined) warn({ address }, 'pairing codes were refused: too many from one address');
    },
    tills: {
      ...tills,
      // Of this process one try at a time waits for the lock of all: tries from many addresses take one connection.
      redeem: (code, name) => oneTry.run('redeem', () => tills.redeem(code, name)),
      async remove(id, shops, by) {
        const removed = await tills.remove(id, shops, by);
        if (removed !== undefined) removedTills.add(id);
        return removed;
      },
    },
  };
}
