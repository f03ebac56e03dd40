/** Web Push of a shop's tills: the subscriptions of browsers. */

import { ECDH } from 'node:crypto';
import { isIP } from 'node:net';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { coversShop, shopRefusal } from '../domain/access.ts';
import { ShopId } from '../domain/order.ts';
import { PushRequest, SubscriptionId, type SubscriptionStore } from '../domain/push-subscription.ts';
import { firstFault } from '../domain/schema-fault.ts';
import { isPublicAddress } from '../platform/public-address.ts';
import { type Reply, refusal, success } from './reply.ts';
import type { Incoming, Route } from './routes.ts';

export interface PushRoutesOptions {
  /** Browsers can subscribe. */
  isOffered: boolean;
  /** Push services may be at private addresses, and be called over plain HTTP. */
  allowsPrivate: boolean;
  subscriptions: SubscriptionStore;
}

export const SubscribedPush = Type.Object({ id: SubscriptionId });

const shopId = Compile(ShopId);
const pushRequest = Compile(PushRequest);
const subscriptionId = Compile(SubscriptionId);

export function pushRoutes({ isOffered, allowsPrivate, subscriptions }: PushRoutesOptions): Route[] {
  return [
    {
      method: 'POST',
      pattern: '/shops/:shop/push-subscriptions',
      scope: 'listen',
      takesBody: 'json',
      handle: (incoming) =>
        ofCoveredShop(incoming, async (shop) => {
          const { body, grant } = incoming;
          if (!isOffered) return refusal('route-not-found', 'Web Push is not configured');
          if (!pushRequest.Check(body))
            return refusal('invalid', firstFault(PushRequest, pushRequest.Errors(body)));
          const fault = endpointFault(body.endpoint, allowsPrivate) ?? keyFault(body.keys.p256dh);
          if (fault !== undefined) return refusal('invalid', fault);
          const subject = grant.token === undefined ? undefined : grant.subject;
          const saved = await subscriptions.save(shop, body, subject);
          if (saved.outcome === 'saved') return success({ id: saved.id }, 201);
          return refusal('too-many-subscriptions', 'the shop has as many subscriptions as it may have');
        }),
    },
    {
      method: 'DELETE',
      pattern: '/shops/:shop/push-subscriptions/:id',
      scope: 'listen',
      handle: (incoming) =>
        ofCoveredShop(incoming, async (shop) => {
          const [, id] = incoming.params;
          if (!subscriptionId.Check(id)) return refusal('invalid', 'id: must be the id of a subscription');
          const removed = await subscriptions.remove(shop, id);
          return removed
            ? success({ id })
            : refusal('subscription-not-found', 'there is no such subscription');
        }),
    },
  ];
}

async function ofCoveredShop(
  { params: [shop], grant }: Incoming,
  handle: (shop: string) => Promise<Reply>,
): Promise<Reply> {
  if (!shopId.Check(shop)) return refusal('invalid', 'a shop is 1 to 64 of A-Z a-z 0-9 _ -');
  if (!coversShop(grant, shop)) return refusal('forbidden', shopRefusal(shop));
  return handle(shop);
}

/** What a name resolves to is looked at by each delivery: it may change. */
function endpointFault(endpoint: string, allowsPrivate: boolean): string | undefined {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (url === undefined || url.username !== '' || url.password !== '') {
    return 'endpoint: must be a URL without a user';
  }
  if (allowsPrivate) return undefined;
  if (url.protocol !== 'https:') return 'endpoint: must be an https:// URL';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const isPublic = isIP(host) === 0 ? host.includes('.') : isPublicAddress(host);
  return isPublic ? undefined : 'endpoint: must be at a public address';
}

/** Nothing can be encrypted for a point that is not of the curve. */
function keyFault(p256dh: string): string | undefined {
  try {
    ECDH.convertKey(p256dh, 'prime256v1', 'base64url');
    return undefined;
  } catch {
    return 'keys/p256dh: must be a point of P-256';
  }
}
