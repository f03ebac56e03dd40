/** How much one address, one token, one shop and all together may do. */

import { between } from '../formats.ts';

export const limitsSection = {
  requestsPerSecond: {
    doc: 'Requests from one address, upgrades included; above it and the burst they are refused with 429. 0: no limit.',
    format: between(0, 1_000_000),
    default: 200,
    env: 'LIMITS_REQUESTS_PER_SECOND',
  },
  requestBurst: {
    doc: 'How many more requests an address may make in ten seconds.',
    format: between(0, 1_000_000),
    default: 1000,
    env: 'LIMITS_REQUEST_BURST',
  },
  tokenRequestsPerSecond: {
    doc: 'Requests with one token, from any address; another token of the same `sub` counts for itself. Above it they are refused with 429. 0: no limit.',
    format: between(0, 1_000_000),
    default: 500,
    env: 'LIMITS_TOKEN_REQUESTS_PER_SECOND',
  },
  connectsPerSecond: {
    doc: 'New connections from one address, on average of ten seconds; above it they are closed at once. 0: no limit.',
    format: between(0, 100_000),
    default: 100,
    env: 'LIMITS_CONNECTS_PER_SECOND',
  },
  connectionsPerAddress: {
    doc: 'WebSockets from one address; above it an upgrade is refused with 429. 0: no limit.',
    format: between(0, 1_000_000),
    default: 200,
    env: 'LIMITS_CONNECTIONS_PER_ADDRESS',
  },
  connectionsPerShop: {
    doc: 'WebSockets of one shop; above it an upgrade is refused with 429. 0: no limit.',
    format: between(0, 1_000_000),
    default: 1000,
    env: 'LIMITS_CONNECTIONS_PER_SHOP',
  },
  connectionsPerSubject: {
    doc: "WebSockets of one token's `sub` in one shop; above it an upgrade is refused with 429. 0: no limit.",
    format: between(0, 1_000_000),
    default: 200,
    env: 'LIMITS_CONNECTIONS_PER_SUBJECT',
  },
  connections: {
    doc: 'WebSockets in all; above it an upgrade is refused with 503. Keep the limit of open files 2000 above it. 0: no limit.',
    format: between(0, 1_000_000),
    default: 10_000,
    env: 'LIMITS_CONNECTIONS',
  },
  newShopsPerMinute: {
    doc: 'New shops that one address may listen to, since each makes a row; above it an upgrade is refused with 429. 0: no limit.',
    format: between(0, 1_000_000),
    default: 60,
    env: 'LIMITS_NEW_SHOPS_PER_MINUTE',
  },
};
