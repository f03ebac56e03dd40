/** A server and a gateway of a test's own, without any limit. */

import { authenticateAnybody } from '../../src/domain/access.ts';
import type { PlaceLimits } from '../../src/gateway/upgrade/places.ts';
import { createAuthorise } from '../../src/server/authorise.ts';
import { createClientAddresses } from '../../src/server/client-address.ts';
import { createRateLimit } from '../../src/server/rate-limit.ts';
import { createServer, type Server } from '../../src/server/server.ts';
import { silent } from './feed.ts';

export const anyClients = createClientAddresses([]);
export const unlimited = createRateLimit({ count: 0, seconds: 1 });

/** Lets every request in. */
export const authoriseAnybody = createAuthorise({
  clients: anyClients,
  check: () => undefined,
  addressRequests: unlimited,
  tokenRequests: unlimited,
  authenticate: authenticateAnybody,
  queryToken: false,
  logger: silent,
  now: () => performance.now(),
});

export const UNLIMITED: PlaceLimits = {
  newShops: unlimited,
  connectionsPerAddress: 0,
  connectionsPerShop: 0,
  connectionsPerSubject: 0,
  connections: 0,
};

export function createUnlimitedServer(): Server {
  return createServer({
    tls: undefined,
    maxConnections: 0,
    connectsPerSecond: 0,
    clients: anyClients,
    now: () => performance.now(),
    logger: silent,
  });
}
