/**
 * Shops with a policy, whose alerts are acknowledged, resolved by upstream or left alone; one of them has a till that leaves
 * and comes back. What became of all of it is the history of escalation.
 */

import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from '../../support/random.ts';
import type { PublishedEvent } from '../history.ts';
import { createUpstream } from '../senders.ts';
import { PREFIX } from '../settings.ts';
import type { Resolution } from './history.ts';
import { startTill, type Till } from './till.ts';

export const LADDER_SHOPS = ['ladder-a', 'ladder-b', 'ladder-quiet'];

const SILENCE_MS = 8_000;
const DEAF_AFTER_SECONDS = 10;

export const policyOf = (expireAfterSeconds: number) => ({
  steps: [
    { afterSeconds: 3, when: 'unheard', targets: ['platform'] },
    { afterSeconds: 6, when: 'unacknowledged', targets: ['owner', 'gone'] },
    { afterSeconds: 12, when: 'unacknowledged', targets: ['owner', 'platform'] },
  ],
  repeat: { fromStep: 3, everySeconds: 10, times: 1 },
  expireAfterSeconds,
  deafAfterSeconds: DEAF_AFTER_SECONDS,
});

export interface LadderOptions {
  random: Random;
  /** So many alerts a second, in all of these shops. */
  rate: number;
  brokerUrl(): string;
  gateway(): string | undefined;
}

export interface Ladder {
  tills: readonly Till[];
  underWay: ReadonlySet<Promise<unknown>>;
  published: PublishedEvent[];
  resolutions: Resolution[];
  /** Publishes, and lets a till leave and come back, until `stop`. */
  run(): Promise<void>;
  stop(): void;
  close(): Promise<void>;
}

export function createLadder({ random, rate, brokerUrl, gateway }: LadderOptions): Ladder {
  const upstream = createUpstream(brokerUrl, `${PREFIX}orders`);
  /** In milliseconds after the till has seen it; of the others there is none. */
  const answers = new Map<string, number>();
  const published: PublishedEvent[] = [];
  const resolutions: Resolution[] = [];
  const underWay = new Set<Promise<unknown>>();
  let lastOrderId = 2_000_000_000;
  let going = true;

  const tills = LADDER_SHOPS.map((shopId) =>
    startTill({
      name: `${shopId}-till`,
      shopId,
      gateway,
      silenceMs: SILENCE_MS,
      answersAfterMs: (orderId) => answers.get(orderId),
    }),
  );

  const track = (work: Promise<unknown>) => {
    const settled = work.catch(() => {}).finally(() => underWay.delete(settled));
    underWay.add(settled);
  };

  /** A third is acknowledged, a third accepted or cancelled elsewhere, now and then before it was paid, the rest is left alone. */
  function publishOne(): void {
    const shopId = random.pick(LADDER_SHOPS);
    const orderId = String(++lastOrderId);
    const ticket = random.next();
    if (ticket < 0.33) answers.set(orderId, random.between(200, 14_000));
    const eventId = `${random.seed}-${orderId}`;
    const event: PublishedEvent = { eventId, shopId, type: 1, orderId, confirmed: false, invalid: false };
    published.push(event);
    track(upstream.publish(event));
    if (ticket > 0.33 && ticket < 0.66) track(resolve(shopId, orderId));
  }

  async function resolve(shopId: string, orderId: string): Promise<void> {
    const resolution: Resolution = { shopId, orderId, confirmed: false };
    resolutions.push(resolution);
    await pause(random.chance(0.2) ? 0 : random.between(0, 14_000));
    const key = random.chance(0.5) ? 'order.accepted' : 'order.cancelled';
    const eventId = `${random.seed}-${key}-${orderId}`;
    resolution.confirmed = await upstream.send({ key, eventId, body: { orderId: Number(orderId), shopId } });
  }

  /** Longer than a shop may be silent, and shorter. */
  async function comeAndGo(): Promise<void> {
    const till = tills.at(-1);
    while (going && till !== undefined) {
      await pause(random.between(2_000, 8_000));
      till.goAway();
      await pause(random.between(1_000, DEAF_AFTER_SECONDS * 2_500));
      till.comeBack();
    }
  }

  async function publish(): Promise<void> {
    while (going) {
      publishOne();
      await pause(1000 / rate);
    }
  }

  return {
    tills,
    underWay,
    published,
    resolutions,
    async run() {
      await Promise.all([publish(), comeAndGo()]);
    },
    stop() {
      going = false;
    },
    async close() {
      going = false;
      for (const till of tills) till.end();
      await upstream.close();
    },
  };
}
