/** How the gateway serves its sockets. */

import { between, listOf } from '../formats.ts';

/** An origin as browsers send it, with `*` for any first label, `*` for all, or `null`, which is a page without one. */
const ORIGIN_RULE = /^(\*|null|[a-z][a-z0-9+.-]*:\/\/(\*\.)?([a-z0-9.-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?)$/;
const isOriginRule = (item: string) => ORIGIN_RULE.test(item);

export const gatewaySection = {
  maxBackpressureBytes: {
    doc: 'A client with more unread bytes is cut; it resumes with `since`.',
    format: between(16_384, 67_108_864),
    default: 262_144,
    env: 'GATEWAY_MAX_BACKPRESSURE_BYTES',
  },
  idleTimeoutSeconds: {
    doc: 'A client that answers nothing for so long, not even pings, is cut, 4 s later at the latest. Pings keep the path open.',
    format: between(8, 960),
    default: 50,
    env: 'GATEWAY_IDLE_TIMEOUT_SECONDS',
  },
  heartbeatSeconds: {
    doc: 'How often each orderbell.v1 client gets a heartbeat frame.',
    format: between(1, 55),
    default: 25,
    env: 'GATEWAY_HEARTBEAT_SECONDS',
  },
  compareSeconds: {
    doc: 'How often the feeds are compared with the log, in case an announcement was lost.',
    format: between(1, 3600),
    default: 5,
    env: 'GATEWAY_COMPARE_SECONDS',
  },
  tailLength: {
    doc: 'How many of the last frames of each shop are kept in memory for clients that resume.',
    format: between(1, 100_000),
    default: 256,
    env: 'GATEWAY_TAIL_LENGTH',
  },
  pageSize: {
    doc: 'How many notifications are read from the log at a time.',
    format: between(1, 1000),
    default: 256,
    env: 'GATEWAY_PAGE_SIZE',
  },
  readers: {
    doc: 'How many pages the clients that catch up may read from the log at the same time, within their part of `database.poolSize`.',
    format: between(1, 100),
    default: 4,
    env: 'GATEWAY_READERS',
  },
  replayStallSeconds: {
    doc: 'An orderbell.v1 client that catches up and reads nothing for so long is cut, even if it answers pings.',
    format: between(1, 3600),
    default: 30,
    env: 'GATEWAY_REPLAY_STALL_SECONDS',
  },
  framesPerSecond: {
    doc: 'Frames of a client above this rate are ignored, in orderbell.v1 with the error `too-fast`. Above ten times this rate the client is closed with 1008.',
    format: between(1, 10_000),
    default: 20,
    env: 'GATEWAY_FRAMES_PER_SECOND',
  },
  allowedOrigins: {
    doc: 'The pages that may use the service, sockets and all routes, by their origin: `https://shop.example`, `https://*.shop.example`, or `*` for all. A caller without `Origin` is not a page.',
    format: listOf('origins', 'a list of origins such as https://shop.example, or *', isOriginRule),
    default: ['*'],
    env: 'GATEWAY_ALLOWED_ORIGINS',
  },
};
