/**
 * Clients that join, are cut and resume at random moments while events pour in. Each sees 1 to N, without a gap and
 * without a repeat, with one service and with two, also when half of the announcements are lost, doubled or late.
 */

import { expect } from 'chai';
import type { Overrides } from '../../src/service/context.ts';
import { upTo } from '../support/fake-log.ts';
import { type Random, withSeed } from '../support/random.ts';
import { createSurroundings, type Surroundings } from '../support/surroundings.ts';
import { createWanderer } from '../support/wanderer.ts';

const EVENTS = 3_000;
const CLIENTS = 12;

describe('joining while events pour in', () => {
  let around: Surroundings;
  before(async () => {
    around = await createSurroundings();
  });
  afterEach(() => around.clear());
  after(() => around.tearDown());

  function unreliable(random: Random): Overrides['announce'] {
    return (batches, announce) => {
      if (random.chance(0.5)) announce(batches);
      if (random.chance(0.25)) announce(batches);
      if (random.chance(0.25)) setTimeout(() => announce(batches), random.between(0, 100));
    };
  }

  for (const services of [1, 2]) {
    for (const faithful of [true, false]) {
      const title = `${services} service(s), ${faithful ? 'announcements as they are' : 'announcements lost, doubled, late'}`;
      it(`shows every client the whole log in order: ${title}`, () =>
        withSeed(async (random) => {
          const shop = `load-${services}-${faithful ? 'faithful' : 'unreliable'}`;
          const urls: string[] = [];
          for (let count = 0; count < services; count++) {
            const { url } = await around.serve(
              {
                GATEWAY_TAIL_LENGTH: '16',
                GATEWAY_PAGE_SIZE: '16',
                GATEWAY_COMPARE_SECONDS: '1',
                WORKER_PREFETCH: '50',
                // All clients come from one address, each many times a second.
                LIMITS_CONNECTS_PER_SECOND: '0',
                LIMITS_REQUESTS_PER_SECOND: '0',
              },
              faithful ? {} : { announce: unreliable(random) },
            );
            urls.push(url);
          }
          const wanderers = upTo(CLIENTS).map((n) => createWanderer(urls, `client-${n}`, shop, random));
          const pouring = (async () => {
            for (let sent = 0; sent < EVENTS; ) {
              const count = Math.min(random.between(1, 60), EVENTS - sent);
              await around.pay(shop, sent + 1, sent + count);
              sent += count;
            }
          })();
          await Promise.all([pouring, ...wanderers.map((wanderer) => wanderer.follow(EVENTS))]);
          for (const { history, connections } of wanderers) {
            expect(history).to.deep.equal(upTo(EVENTS));
            expect(connections()).to.be.above(1);
          }
        })).timeout(60_000);
    }
  }
});
