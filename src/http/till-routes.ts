/**
 * Pairing tills over HTTP: a code for a person with the scope `ops`, its one use by a till that has no token yet, and the
 * list of paired tills with their removal. A wrong code, an old one and a used one cost the caller one of its few tries.
 */

import type { TObject } from 'typebox';
import { Compile } from 'typebox/compile';
import { coversShop, shopRefusal } from '../domain/access.ts';
import { ShopId } from '../domain/order.ts';
import { pairingLink } from '../domain/pairing-link.ts';
import { firstFault } from '../domain/schema-fault.ts';
import { PairingRequest, RedeemRequest, TillId, type Tills } from '../domain/till.ts';
import { qrRows } from '../platform/qr-code.ts';
import type { RateLimit } from '../server/rate-limit.ts';
import { type Reply, refusal, success } from './reply.ts';
import type { Incoming, Route } from './routes.ts';

export type PairingParts =
  | {
      ok: true;
      tills: Tills;
      /** The console's address; empty where none is configured. */
      pageUrl: string;
      /** Tries of codes, by address. */
      tries: RateLimit;
      /** `address` is that of a caller that tried too often. */
      observe(
        step: 'code' | 'paired' | 'unknown' | 'ended' | 'too-often' | 'renewed' | 'removed',
        address?: string,
      ): void;
    }
  | { ok: false; why: string };

type Pairing = Extract<PairingParts, { ok: true }>;

const shopRule = Compile(ShopId);
const tillRule = Compile(TillId);
const pairingRule = Compile(PairingRequest);
const redeemRule = Compile(RedeemRequest);

export function tillRoutes(parts: PairingParts): Route[] {
  /** What is malformed is refused as such also where no till can be paired. */
  const route =
    (
      fault: (incoming: Incoming) => string | undefined,
      handle: (incoming: Incoming, to: Pairing) => Promise<Reply>,
    ) =>
    (incoming: Incoming): Reply | Promise<Reply> => {
      const rule = fault(incoming);
      if (rule !== undefined) return refusal('invalid', rule);
      if (parts.ok) return handle(incoming, parts);
      return refusal('route-not-found', `tills cannot be paired: ${parts.why}`);
    };
  const make = route(({ body }) => faultIn(PairingRequest, pairingRule, body), makePairing);
  const use = route(({ body }) => faultIn(RedeemRequest, redeemRule, body), redeem);
  return [
    { method: 'POST', pattern: '/pairings', scope: 'ops', takesBody: 'json', handle: make },
    { method: 'POST', pattern: '/pairings/redeem', takesBody: 'json', handle: use },
    { method: 'POST', pattern: '/tills/:id/token', scope: 'listen', handle: route(idFault, renew) },
    { method: 'GET', pattern: '/shops/:shop/tills', scope: 'ops', handle: route(shopFault, list) },
    { method: 'DELETE', pattern: '/tills/:id', scope: 'ops', handle: route(idFault, remove) },
  ];
}

function idFault({ params: [id] }: Incoming): string | undefined {
  return tillRule.Check(id) ? undefined : 'id: must be the id of a paired till';
}

function shopFault({ params: [shop] }: Incoming): string | undefined {
  return shopRule.Check(shop) ? undefined : 'a shop is 1 to 64 of A-Z a-z 0-9 _ -';
}

interface Rule {
  Check(value: unknown): boolean;
  Errors(value: unknown): Parameters<typeof firstFault>[1];
}

function faultIn(schema: TObject, rule: Rule, body: unknown): string | undefined {
  return rule.Check(body) ? undefined : firstFault(schema, rule.Errors(body));
}

async function makePairing({ body, grant }: Incoming, { tills, pageUrl, observe }: Pairing): Promise<Reply> {
  const { shopId, name = '', page = pageUrl } = pairingRule.Parse(body);
  if (!coversShop(grant, shopId)) return refusal('forbidden', shopRefusal(shopId));
  if (page !== '' && !URL.canParse(page)) return refusal('invalid', '/page: must be a URL');
  const made = await tills.pair(shopId, name, grant.subject);
  observe('code');
  const url = page === '' ? null : pairingLink(page, shopId, made.code);
  return success({ ...made, shopId, url, qr: url === null ? null : qrRows(url) }, 201);
}

async function redeem({ body, address }: Incoming, { tills, tries, observe }: Pairing): Promise<Reply> {
  const { code, name } = redeemRule.Parse(body);
  const waitSeconds = await tries.take(address);
  if (waitSeconds > 0) {
    observe('too-often', address);
    const after = { 'Retry-After': String(waitSeconds) };
    return refusal(
      'too-many-requests',
      'too many codes were tried from this address, try again later',
      after,
    );
  }
  const redeemed = await tills.redeem(code, name);
  observe(redeemed.outcome);
  switch (redeemed.outcome) {
    case 'paired':
      return success(redeemed.till, 201);
    case 'unknown':
      return refusal('code-unknown', 'no code is this one: look at it again');
    case 'ended':
      return refusal('code-ended', 'the code was used, is too old, or was tried too often: make another one');
  }
}

async function renew({ params: [id = ''], grant }: Incoming, { tills, observe }: Pairing): Promise<Reply> {
  if (grant.till !== id) return refusal('forbidden', 'only the token of this till renews it');
  const token = await tills.renew(id);
  if (token === undefined) return refusal('till-removed', 'this till was removed');
  observe('renewed');
  return success(token);
}

async function list({ params: [shop = ''], grant }: Incoming, { tills }: Pairing): Promise<Reply> {
  if (!coversShop(grant, shop)) return refusal('forbidden', shopRefusal(shop));
  return success({ tills: await tills.list(shop) });
}

async function remove({ params: [id = ''], grant }: Incoming, { tills, observe }: Pairing): Promise<Reply> {
  const removed = await tills.remove(id, grant.shops, grant.subject);
  if (removed === undefined) return refusal('till-not-found', 'there is no such paired till');
  observe('removed');
  return success(removed);
}
