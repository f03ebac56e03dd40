/** A server and a gateway of a test's own, without any limit. */

import type { EntranceLimits } from '../../src/gateway/upgrade/entrance.ts';
import { createClientAddresses } from '../../src/server/client-address.ts';
import { createRateLimit } from '../../src/server/rate-limit.ts';
import { createServer, type Server } from '../../src/server/server.ts';
import { silent } from './feed.ts';

export const anyClients = createClientAddresses([]);
export const unlimited = createRateLimit({ count: 0, seconds: 1 });

export const UNLIMITED: EntranceLimits = {
  addressRequests: unlimited,
  tokenRequests: unlimited,
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
