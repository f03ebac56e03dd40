/** What the server listens on, what it takes of a request, and which proxies it trusts. */

import { parseNetwork } from '../../platform/ip-addresses.ts';
import { between, FLAG, listOf } from '../formats.ts';

const HOST_RULE = /^(\*|(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*)$/;
const isHostRule = (item: string) => HOST_RULE.test(item);

const isNetwork = (item: string) => parseNetwork(item) !== undefined;

export const httpSection = {
  host: {
    doc: 'The address to listen on.',
    format: String,
    default: '0.0.0.0',
    env: 'HTTP_HOST',
  },
  port: {
    doc: 'The port of HTTP and WebSocket; 0 chooses a free one.',
    format: between(0, 65_535),
    default: 8080,
    env: 'PORT',
  },
  sharePort: {
    doc: '`true` lets this process listen beside another one on the same port, which it is to replace: start it, then stop the other.',
    format: FLAG,
    default: false,
    env: 'HTTP_SHARE_PORT',
  },
  maxBodyBytes: {
    doc: 'A larger request body is refused with 413.',
    format: between(1024, 16_777_216),
    default: 65_536,
    env: 'HTTP_MAX_BODY_BYTES',
  },
  bodySeconds: {
    doc: 'A request body that takes longer is refused with 408.',
    format: between(1, 600),
    default: 5,
    env: 'HTTP_BODY_SECONDS',
  },
  allowedHosts: {
    doc: 'The names by which clients call the service: `bell.example`, `*.bell.example`, or `*` for any. Addresses, `localhost` and names without a dot are always accepted; with `auth.mode` `jwt` and none here, so is any.',
    format: listOf('hosts', 'a list of host names such as bell.example, or *', isHostRule),
    default: [] as string[],
    env: 'HTTP_ALLOWED_HOSTS',
  },
  trustedProxies: {
    doc: 'The proxies whose `X-Forwarded-For` is believed: addresses and networks, such as `10.0.0.0/8,::1`.',
    format: listOf('networks', 'a list of addresses and networks, such as 10.0.0.0/8,::1', isNetwork),
    default: [] as string[],
    env: 'HTTP_TRUSTED_PROXIES',
  },
};
