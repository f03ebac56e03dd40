/**
 * All that can be configured: the one place that knows the environment's variables. Guarantees that the rest of the
 * program sees a complete, checked, frozen object; a wrong value is one clear line before anything has started.
 * Values come from `config/default.json`, then `config/<NODE_ENV>.json`, then the environment.
 */

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import convict from 'convict';
import { AppError, messageOf } from '../platform/errors.ts';
import { splitUrls } from '../platform/url-list.ts';
import { createClientAddresses } from '../server/client-address.ts';
import { accessFaults, anonymityFaults, authSchema, paymentsSchema } from './access.ts';
import { between, listOf, matching, template } from './formats.ts';

/** An origin as browsers send it, with `*` for any first label, `*` for all, or `null`, which is a page without one. */
const ORIGIN_RULE = /^(\*|null|[a-z][a-z0-9+.-]*:\/\/(\*\.)?([a-z0-9.-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?)$/;
const isOriginRule = (item: string) => ORIGIN_RULE.test(item);

const HOST_RULE = /^(\*|(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*)$/;
const isHostRule = (item: string) => HOST_RULE.test(item);

/** The rule says nothing of the value: it holds a password, and one that is not encoded breaks the URL. */
function url(protocols: readonly string[], rule: string) {
  return (value: unknown) => {
    const text = String(value);
    if (text === '') throw new Error('is not set');
    if (
      !protocols.some((protocol) => text.startsWith(`${protocol}//`) && text.length > protocol.length + 2)
    ) {
      throw new Error(`must be ${rule}`);
    }
    // A URL without a host means a local socket to Postgres.
    if (!URL.canParse(text.replace('@/', '@localhost/'))) {
      throw new Error('is no URL: encode what is special in user and password, such as %23 for #');
    }
  };
}

/** One broker or several, separated by commas, each a URL of its own. */
function brokerUrls() {
  const checkOne = url(['amqp:', 'amqps:'], 'an amqp:// or amqps:// URL');
  return (value: unknown) => {
    for (const one of splitUrls(String(value))) {
      checkOne(one);
      if (/[\s,]/.test(new URL(one).host)) {
        throw new Error('has a comma in a host: of several brokers each has its own amqp://');
      }
    }
  };
}

function urlOrNone(protocols: readonly string[], rule: string) {
  const check = url(protocols, rule);
  return (value: unknown) => {
    if (value !== '') check(value);
  };
}

/** Order statuses; from the environment as text, `2,3,4`. */
convict.addFormat({ name: 'statuses', validate: checkStatuses, coerce: toStatuses });

const ROLES = ['http', 'relay', 'worker', 'gateway'] as const;
export type Role = (typeof ROLES)[number];

/** What a process does; from the environment as text, `http,relay`. */
convict.addFormat({ name: 'roles', validate: checkRoles, coerce: toWords });

function checkRoles(value: unknown): void {
  const roles: unknown[] = Array.isArray(value) ? value : [];
  if (roles.length === 0 || !roles.every((role) => ROLES.some((known) => known === role))) {
    throw new Error(`must be a list of ${ROLES.join(', ')}`);
  }
}

/** Our own proxies; from the environment as text, `10.0.0.0/8,::1`. */
convict.addFormat({ name: 'networks', validate: checkNetworks, coerce: toWordsOrNone });

function checkNetworks(value: unknown): void {
  if (!Array.isArray(value)) throw new Error('must be a list of addresses and networks');
  createClientAddresses(value.map(String));
}

function toWordsOrNone(value: unknown): unknown {
  return value === '' ? [] : toWords(value);
}

function toWords(value: unknown): unknown {
  return typeof value === 'string' ? value.split(',').map((word) => word.trim()) : value;
}

function checkStatuses(value: unknown): void {
  const statuses = Array.isArray(value) ? value : [];
  if (statuses.length === 0 || !statuses.every((status) => [2, 3, 4, 5].includes(status))) {
    throw new Error('must be a list of order statuses from 2 to 5, such as 2,3,4');
  }
}

function toStatuses(value: unknown): unknown {
  return typeof value === 'string' ? value.split(',').map(Number) : value;
}

/** Keys with their documentation, in the order of the README's table. */
export const schema = {
  env: {
    doc: 'Which of `config/*.json` is laid over the defaults.',
    format: ['production', 'development', 'test'],
    default: 'production',
    env: 'NODE_ENV',
  },
  roles: {
    doc: 'What this process does: any of `http`, `relay`, `worker`, `gateway`, separated by commas.',
    format: 'roles',
    default: [...ROLES] as Role[],
    env: 'ROLES',
  },
  http: {
    host: {
      doc: 'The address to listen on.',
      format: String,
      default: '0.0.0.0',
      env: 'HTTP_HOST',
    },
    port: {
      doc: 'The port of HTTP and WebSocket; 0 takes a free one.',
      format: between(0, 65_535),
      default: 8080,
      env: 'PORT',
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
      doc: 'The names by which clients call the service: `bell.example`, `*.bell.example`, or `*` for any. Addresses, `localhost` and names without a dot are always taken; with `auth.mode` `jwt` and none here, so is any.',
      format: listOf('hosts', 'a list of host names such as bell.example, or *', isHostRule),
      default: [] as string[],
      env: 'HTTP_ALLOWED_HOSTS',
    },
    trustedProxies: {
      doc: 'The proxies whose `X-Forwarded-For` is believed: addresses and networks, such as `10.0.0.0/8,::1`.',
      format: 'networks',
      default: [] as string[],
      env: 'HTTP_TRUSTED_PROXIES',
    },
  },
  tls: {
    key: {
      doc: 'The file of the private key (PEM). With `tls.cert`, HTTP and WebSocket are spoken over TLS only.',
      format: String,
      default: '',
      env: 'TLS_KEY',
    },
    cert: {
      doc: 'The file of the certificate, followed by those between it and the root (PEM).',
      format: String,
      default: '',
      env: 'TLS_CERT',
    },
    passphrase: {
      doc: 'What the private key is encrypted with, if it is.',
      format: String,
      default: '',
      env: 'TLS_PASSPHRASE',
      sensitive: true,
    },
  },
  limits: {
    requestsPerSecond: {
      doc: 'Requests from one address, upgrades included; above it and the burst they are refused with 429. 0: no limit.',
      format: between(0, 1_000_000),
      default: 200,
      env: 'LIMITS_REQUESTS_PER_SECOND',
    },
    requestBurst: {
      doc: 'How many requests an address may make above that in ten seconds.',
      format: between(0, 1_000_000),
      default: 1000,
      env: 'LIMITS_REQUEST_BURST',
    },
    tokenRequestsPerSecond: {
      doc: 'Requests with one token, from wherever; another token of the same `sub` counts for itself. Above it they are refused with 429. 0: no limit.',
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
      doc: 'Shops never heard of that one address may listen to, since each makes a row; above it: 429. 0: no limit.',
      format: between(0, 1_000_000),
      default: 60,
      env: 'LIMITS_NEW_SHOPS_PER_MINUTE',
    },
  },
  auth: authSchema,
  payments: paymentsSchema,
  database: {
    url: {
      doc: 'Postgres, as `postgres://user:password@host:port/database`; over TLS with `?sslmode=verify-full&sslrootcert=<file>`. Required.',
      format: url(['postgres:', 'postgresql:'], 'a postgres:// URL'),
      default: '',
      env: 'DATABASE_URL',
      sensitive: true,
    },
    poolSize: {
      doc: 'The most connections that one process opens. Four in ten stay free of reading the log and of acknowledgements.',
      format: between(2, 1000),
      default: 10,
      env: 'DATABASE_POOL_SIZE',
    },
    connectSeconds: {
      doc: 'How long to wait for a free or a new connection.',
      format: between(1, 600),
      default: 5,
      env: 'DATABASE_CONNECT_SECONDS',
    },
    waitSeconds: {
      doc: 'How long the start waits for a database that is not there yet.',
      format: between(1, 86_400),
      default: 60,
      env: 'DATABASE_WAIT_SECONDS',
    },
    statementSeconds: {
      doc: 'How long one statement may take.',
      format: between(1, 600),
      default: 10,
      env: 'DATABASE_STATEMENT_SECONDS',
    },
  },
  amqp: {
    url: {
      doc: 'RabbitMQ, as `amqp://user:password@host:port/vhost`; several, separated by commas, are tried in turn. Required.',
      format: brokerUrls(),
      default: '',
      env: 'AMQP_URL',
      sensitive: true,
    },
    managementUrl: {
      doc: "RabbitMQ's management API, as `http://user:password@host:15672`: with it `doctor` sees on how many nodes each queue is.",
      format: urlOrNone(['http:', 'https:'], 'an http:// or https:// URL'),
      default: '',
      env: 'AMQP_MANAGEMENT_URL',
      sensitive: true,
    },
    caFile: {
      doc: "With `amqps://`: the file of the authority that signed the broker's certificate (PEM), else those known to Node.",
      format: String,
      default: '',
      env: 'AMQP_CA_FILE',
    },
    certFile: {
      doc: 'With `amqps://`: the file of a certificate to show to the broker (PEM).',
      format: String,
      default: '',
      env: 'AMQP_CERT_FILE',
    },
    keyFile: {
      doc: 'The file of the private key of `amqp.certFile` (PEM).',
      format: String,
      default: '',
      env: 'AMQP_KEY_FILE',
    },
    prefix: {
      doc: 'Goes before the name of every exchange and queue, so that several can share a broker.',
      format: matching(/^[A-Za-z0-9._-]{0,64}$/, 'up to 64 of A-Z a-z 0-9 . _ -'),
      default: '',
      env: 'AMQP_PREFIX',
    },
    heartbeatSeconds: {
      doc: 'A link that was silent for twice as long is given up. So often each is asked whether its broker still has its cluster.',
      format: between(1, 600),
      default: 10,
      env: 'AMQP_HEARTBEAT_SECONDS',
    },
    declareSeconds: {
      doc: 'How often exchanges, queues and bindings are declared again, in case somebody deleted one.',
      format: between(1, 86_400),
      default: 30,
      env: 'AMQP_DECLARE_SECONDS',
    },
    connectSeconds: {
      doc: 'How long the start waits for a broker that is not there yet.',
      format: between(1, 86_400),
      default: 60,
      env: 'AMQP_CONNECT_SECONDS',
    },
  },
  notification: {
    templates: {
      paid: {
        doc: 'The content of a new order, at most 32000 characters; `{orderNumber}` and `{orderId}` are filled in.',
        format: template,

        default: '订单号： {orderNumber}',
        env: 'NOTIFICATION_TEMPLATES_PAID',
      },
      reminded: {
        doc: 'The content of a reminder, at most 32000 characters; `{orderNumber}` and `{orderId}` are filled in.',
        format: template,

        default: '订单号: {orderId}',
        env: 'NOTIFICATION_TEMPLATES_REMINDED',
      },
    },
  },
  reminders: {
    cooldownSeconds: {
      doc: 'At most one reminder of an order in this time.',
      format: between(0, 86_400),
      default: 60,
      env: 'REMINDERS_COOLDOWN_SECONDS',
    },
    statuses: {
      doc: 'The statuses in which an order awaits the shop, separated by commas.',
      format: 'statuses',
      default: [2, 3, 4],
      env: 'REMINDERS_STATUSES',
    },
  },
  relay: {
    batchSize: {
      doc: 'The most outbox rows that are published together.',
      format: between(1, 10_000),
      default: 200,
      env: 'RELAY_BATCH_SIZE',
    },
    confirmSeconds: {
      doc: 'A publish that the broker has not confirmed by then has failed and is repeated. A broker whose cluster has not answered by then is left.',
      format: between(1, 50), // the transaction that waits for it is ended after 60 s
      default: 10,
      env: 'RELAY_CONFIRM_SECONDS',
    },
    pollSeconds: {
      doc: 'How often the outbox is looked through when nothing nudges the relay.',
      format: between(1, 600),
      default: 2,
      env: 'RELAY_POLL_SECONDS',
    },
  },
  worker: {
    prefetch: {
      doc: 'The most unsettled deliveries in hand: those being appended, and those that wait for their turn.',
      format: between(1, 65_535),
      default: 8000,
      env: 'WORKER_PREFETCH',
    },
    maxHeldBytes: {
      doc: 'The most bytes of memory that unsettled deliveries may keep; what comes above it goes back to the queue.',
      format: between(1_048_576, 1_073_741_824),
      default: 67_108_864,
      env: 'WORKER_MAX_HELD_BYTES',
    },
    maxBatch: {
      doc: 'The most that are appended at once. With a quarter of the prefetch both sides always have work.',
      format: between(1, 10_000),
      default: 2000,
      env: 'WORKER_MAX_BATCH',
    },
    holdSeconds: {
      doc: "Deliveries held longer, because Postgres is away, are given back; stay below the broker's consumer timeout of 30 minutes.",
      format: between(1, 1500),
      default: 600,
      env: 'WORKER_HOLD_SECONDS',
    },
  },
  gateway: {
    maxBackpressureBytes: {
      doc: 'A client that has not read so much is cut; it resumes with `since`.',
      format: between(16_384, 67_108_864),
      default: 262_144,
      env: 'GATEWAY_MAX_BACKPRESSURE_BYTES',
    },
    idleTimeoutSeconds: {
      doc: 'A client that answers nothing, pings included, for so long is cut. Pings keep the path open.',
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
      doc: 'How many of the last frames of each shop are kept in memory for those who resume.',
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
      doc: 'How many pages those who catch up may read from the log at the same time, within their part of `database.poolSize`.',
      format: between(1, 100),
      default: 4,
      env: 'GATEWAY_READERS',
    },
    replayStallSeconds: {
      doc: 'An orderbell.v1 client that catches up and takes none of what is sent for so long is cut, even if it answers pings.',
      format: between(1, 3600),
      default: 30,
      env: 'GATEWAY_REPLAY_STALL_SECONDS',
    },
    framesPerSecond: {
      doc: 'What a client of either protocol sends beyond this is ignored, in orderbell.v1 with the error `too-fast`. Above ten times this it is closed with 1008.',
      format: between(1, 10_000),
      default: 20,
      env: 'GATEWAY_FRAMES_PER_SECOND',
    },
    allowedOrigins: {
      doc: 'The pages that may use the service, sockets and all routes, by their origin: `https://shop.example`, `https://*.shop.example`, or `*` for all. Who sends no `Origin` is no page.',
      format: listOf('origins', 'a list of origins such as https://shop.example, or *', isOriginRule),
      default: ['*'],
      env: 'GATEWAY_ALLOWED_ORIGINS',
    },
  },
  drain: {
    readySeconds: {
      doc: 'How long to go on listening with `/readyz` at 503 before the listener closes.',
      format: between(0, 600),
      default: 5,
      env: 'DRAIN_READY_SECONDS',
    },
    socketSeconds: {
      doc: 'The time over which the sockets are closed, so that they do not all come back at once.',
      format: between(0, 600),
      default: 5,
      env: 'DRAIN_SOCKET_SECONDS',
    },
    stepSeconds: {
      doc: 'The most that any other step of stopping may take.',
      format: between(1, 600),
      default: 15,
      env: 'DRAIN_STEP_SECONDS',
    },
  },
  log: {
    retentionDays: {
      doc: 'Older notifications are removed; 0 keeps all. Repeats are recognised as far back as this.',
      format: between(0, 36_500),
      default: 30,
      env: 'LOG_RETENTION_DAYS',
    },
    level: {
      doc: 'The least level that is logged.',
      format: ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'],
      default: 'info',
      env: 'LOG_LEVEL',
    },
  },
};

type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;

const exampleOfShape = () => convict(schema).getProperties();

export type Config = DeepReadonly<ReturnType<typeof exampleOfShape>>;

/** One key of the schema. */
export interface Setting {
  /** Its path, such as `http.port`. */
  key: string;
  variable: string;
  /** A password, or an address with one. */
  sensitive: boolean;
}

/** All keys, in the order of the schema. */
export const settings: readonly Setting[] = settingsOf(schema, []);

function settingsOf(branch: object, path: readonly string[]): Setting[] {
  return Object.entries(branch).flatMap(([name, node]) => {
    const at = [...path, name];
    if (!('default' in node)) return settingsOf(node, at);
    return [{ key: at.join('.'), variable: String(node.env), sensitive: node.sensitive === true }];
  });
}

/** The layers of the configuration laid over each other, not checked yet. */
export function layConfig(env: Record<string, string | undefined>) {
  const convicted = convict(schema, { env: env as NodeJS.ProcessEnv, args: [] });
  const files = ['default', convicted.get('env')].map(configFile).filter((file) => existsSync(file));
  return {
    /** The values so far, without the files before `load`. */
    convicted,
    /** Paths, the later over the earlier. */
    files,
    /** Lays the files over the defaults. Throws if one is no JSON. */
    load: () => convicted.loadFile(files),
    /** One line for each thing that is wrong, `key: rule` where it is a key's. */
    faults() {
      const faults = faultsOf(() => convicted.validate({ allowed: 'strict' }));
      return faults.length > 0 ? faults : accessFaults(convicted.getProperties());
    },
  };
}

function faultsOf(check: () => void): string[] {
  try {
    check();
    return [];
  } catch (error) {
    return messageOf(error).split('\n');
  }
}

/**
 * Reads and checks the configuration. Throws `config-invalid`, naming every wrong key, its variable and its rule.
 * `env` is what to read variables from: the process's own at the edge, a test's elsewhere.
 */
export function loadConfig(env: Record<string, string | undefined>): Config {
  const { convicted, load, faults } = layConfig(env);
  refuse([...faultsOf(load), ...faults()]);
  return deepFreeze(convicted.getProperties());
}

/** Throws `config-invalid` where the service must not start, although a command that serves nobody may run. */
export function assertServable(config: Config): void {
  refuse(anonymityFaults(config));
}

function refuse(faults: readonly string[]): void {
  if (faults.length === 0) return;
  const said = faults.map(withVariable).join('; ');
  throw new AppError('config-invalid', `the configuration is not valid: ${said}`);
}

/** `amqp.url: …` becomes `amqp.url (AMQP_URL): …`. */
function withVariable(fault: string): string {
  const [key = '', ...rest] = fault.split(':');
  const setting = settings.find((one) => one.key === key);
  return setting === undefined ? fault : [`${key} (${setting.variable})`, ...rest].join(':');
}

/** `config/` lies beside `src/`, and beside `dist/` once built. */
function configFile(name: string): string {
  const root = import.meta.url.endsWith('.ts') ? '../../' : '../../../';
  return fileURLToPath(new URL(`${root}config/${name}.json`, import.meta.url));
}

function deepFreeze<T extends object>(value: T): T {
  for (const inner of Object.values(value)) {
    if (typeof inner === 'object' && inner !== null) deepFreeze(inner);
  }
  return Object.freeze(value);
}
