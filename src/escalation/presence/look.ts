/**
 * One look at the silent shops that are due, in one transaction: what is decided of a batch is written in as many statements as
 * of one. Guarantees that a shop is reported deaf once, with its event, its deliveries and its open escalations due, and once
 * when it hears again, however many watches look at once.
 */

import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { ReadPolicy, ReadyPolicy } from '../../domain/escalation-policy.ts';
import type { EscalationTargets } from '../../domain/escalation-target.ts';
import { recordBell } from '../../outbox/record-bell.ts';
import { inTransaction, type Queryable } from '../../platform/postgres.ts';
import { insertDeliveries } from '../deliveries/insert-deliveries.ts';
import type { KnownPolicies } from '../engine/known-policies.ts';
import { decideSilence, type SilenceVerdict } from './decide-silence.ts';
import { type ShopChange, shopReport } from './shop-reports.ts';
import {
  type DueShop,
  forgetSilentShops,
  hastenEscalations,
  lockDueShops,
  lookAgain,
  markDeaf,
  readDueShops,
} from './silent-shops.ts';

export interface LookParts {
  policies: KnownPolicies;
  targets: EscalationTargets;
  batch: number;
}

export interface Looked {
  /** How many were due. */
  due: number;
  deaf: readonly string[];
  hearing: readonly string[];
  /** Of how many the shop's row was in use: they stay due. */
  passedOver: number;
  /** Of deaf shops, those of which an escalation was in use: it is not hastened yet. */
  unhastened: readonly string[];
}

export function lookAtSilentShops(pool: pg.Pool, parts: LookParts): Promise<Looked> {
  return inTransaction(pool, async (client) => {
    const due = await lockDueShops(client, parts.batch);
    if (due.length === 0) return NOTHING;
    const { now, shops } = await readDueShops(client, due);
    const policies = await readyPolicies(client, parts.policies, shops);
    const decided = shops.map((shop) => {
      const policy = shop.policyId === undefined ? undefined : policies.get(shop.policyId);
      return { shop, policy, verdict: decideSilence(shop, policy, now) };
    });
    const changed = await writeVerdicts(client, decided, { due, now });
    await writeReports(client, changed, { targets: parts.targets, now });
    const deaf = shopsOf(changed, 'deaf');
    const hearing = shopsOf(changed, 'hearing');
    const asked = shopsOf(decided, 'deaf').length + shopsOf(decided, 'hearing').length;
    const unhastened = await hastenEscalations(client, deaf);
    return { due: due.length, deaf, hearing, passedOver: asked - changed.length, unhastened };
  });
}

const NOTHING: Looked = { due: 0, deaf: [], hearing: [], passedOver: 0, unhastened: [] };

interface Decided {
  shop: DueShop;
  policy: ReadyPolicy | undefined;
  verdict: SilenceVerdict;
}

function shopsOf(decided: readonly Decided[], outcome: SilenceVerdict['outcome']): string[] {
  return decided.filter(({ verdict }) => verdict.outcome === outcome).map(({ shop }) => shop.shopId);
}

/** A version that this program cannot read is as none: its shops are looked at again when another one applies. */
async function readyPolicies(
  client: Queryable,
  known: KnownPolicies,
  shops: readonly DueShop[],
): Promise<ReadonlyMap<number, ReadyPolicy>> {
  const ids = new Set(shops.flatMap(({ policyId }) => (policyId === undefined ? [] : [policyId])));
  const read: ReadonlyMap<number, ReadPolicy> = await known.find(client, ids);
  const ready = [...ids].flatMap((id) => {
    const policy = read.get(id);
    return policy?.ok ? [[id, policy.policy] as const] : [];
  });
  return new Map(ready);
}

/** Resolves with those that have become deaf, or hear again. One whose row is in use stays due. */
async function writeVerdicts(
  client: Queryable,
  decided: readonly Decided[],
  { due, now }: { due: readonly string[]; now: number },
): Promise<Decided[]> {
  const deaf = await markDeaf(client, shopsOf(decided, 'deaf'), now);
  const hearing = await markDeaf(client, shopsOf(decided, 'hearing'), undefined);
  const existing = new Set(decided.map(({ shop }) => shop.shopId));
  const gone = due.filter((shopId) => !existing.has(shopId));
  await forgetSilentShops(client, [...shopsOf(decided, 'forget'), ...hearing, ...gone]);
  const again = decided.flatMap(
    ({ shop: { shopId }, verdict }): { shopId: string; at: number | undefined }[] => {
      if (verdict.outcome === 'look-again') return [{ shopId, at: verdict.at }];
      return verdict.outcome === 'wait' || deaf.has(shopId) ? [{ shopId, at: undefined }] : [];
    },
  );
  await lookAgain(client, again);
  return decided.filter(({ shop: { shopId } }) => deaf.has(shopId) || hearing.has(shopId));
}

async function writeReports(
  client: Queryable,
  changed: readonly Decided[],
  { targets, now }: { targets: EscalationTargets; now: number },
): Promise<void> {
  const reports = changed.map(({ shop, policy }) =>
    shopReport(changeOf(shop), { eventId: randomUUID(), policy, targets, now }),
  );
  await recordBell(
    client,
    reports.map(({ event }) => event),
  );
  await insertDeliveries(
    client,
    reports.flatMap(({ deliveries }) => deliveries),
  );
}

/** Of two that follow each other the second is the other one: what was deaf hears. */
function changeOf({ shopId, silentSince, deafSince }: DueShop): ShopChange {
  if (deafSince === undefined) return { key: 'shop.deaf', shopId, since: silentSince };
  return { key: 'shop.hearing', shopId, deafSince };
}
