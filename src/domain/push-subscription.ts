/** A browser's subscription to Web Push, as a shop's page hands it in, and where it is kept. */

import { type Static, Type } from 'typebox';

const LONGEST_ENDPOINT = 1_000;

/** What `PushSubscription.toJSON()` gives, and the page's language. */
export const PushRequest = Type.Object(
  {
    endpoint: Type.String({
      maxLength: LONGEST_ENDPOINT,
      pattern: '^https?://',
      description: "the push service's URL for this browser, `https://`",
    }),
    expirationTime: Type.Optional(Type.Union([Type.Number(), Type.Null()])),
    keys: Type.Object(
      {
        p256dh: Type.String({
          pattern: '^B[A-Za-z0-9_-]{86}$',
          description: "the browser's public key, base64url",
        }),
        auth: Type.String({ pattern: '^[A-Za-z0-9_-]{22}$', description: '16 random bytes, base64url' }),
      },
      { additionalProperties: false },
    ),
    language: Type.Optional(Type.Enum(['en', 'zh'])),
  },
  { additionalProperties: false },
);
export type PushRequest = Static<typeof PushRequest>;

export const SubscriptionId = Type.String({
  pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$',
  description: 'what the subscription was answered with',
});

/** `subject` is the `sub` of the token; undefined without authentication. */
export interface SubscriptionStore {
  /** The same endpoint again renews what is there. */
  save(
    shopId: string,
    asked: PushRequest,
    subject: string | undefined,
  ): Promise<{ outcome: 'saved'; id: string } | { outcome: 'too-many' }>;
  /** Resolves with whether the shop had it. */
  remove(shopId: string, id: string): Promise<boolean>;
}
