/** A shop's escalation policy over HTTP. */

import { Compile } from 'typebox/compile';
import { coversShop, shopRefusal } from '../domain/access.ts';
import { readPolicy } from '../domain/escalation-policy.ts';
import { ShopId } from '../domain/order.ts';
import type { PolicyStore } from '../domain/shop-policy.ts';
import { type Reply, refusal, success } from './reply.ts';
import type { Incoming, Route } from './routes.ts';

const PATTERN = '/shops/:shop/escalation-policy';

const shopId = Compile(ShopId);

/** `targets` are the names that a policy may have. */
export function policyRoutes(policies: PolicyStore, targets: ReadonlySet<string>): Route[] {
  return [
    {
      method: 'GET',
      pattern: PATTERN,
      scope: ['policy:write', 'log:read'],
      handle: (incoming) => ofShop(incoming, async (shop) => success(await policies.read(shop))),
    },
    {
      method: 'PUT',
      pattern: PATTERN,
      scope: 'policy:write',
      takesBody: 'json',
      handle: (incoming) =>
        ofShop(incoming, async (shop) => {
          const { body, grant } = incoming;
          const read = readPolicy(body, targets);
          if (!read.ok) return refusal('invalid', `${read.path === '' ? '(body)' : read.path}: ${read.rule}`);
          const madeBy = grant.token === undefined ? undefined : grant.subject;
          return success(await policies.set(shop, read.body, madeBy));
        }),
    },
    {
      method: 'DELETE',
      pattern: PATTERN,
      scope: 'policy:write',
      handle: (incoming) => ofShop(incoming, async (shop) => success(await policies.remove(shop))),
    },
  ];
}

async function ofShop(
  { params: [shop], grant }: Incoming,
  handle: (shop: string) => Promise<Reply>,
): Promise<Reply> {
  if (!shopId.Check(shop)) return refusal('invalid', 'a shop is 1 to 64 of A-Z a-z 0-9 _ -');
  if (!coversShop(grant, shop)) return refusal('forbidden', shopRefusal(shop));
  return handle(shop);
}
