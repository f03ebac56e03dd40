/**
 * All that can be configured, and the type of what is loaded. No other room reads the environment. Each section of the
 * schema has a file in `sections/`.
 */

import convict from 'convict';
import { listOf } from './formats.ts';
import { amqpSection } from './sections/amqp.ts';
import { authSection } from './sections/auth.ts';
import { consoleSection } from './sections/console.ts';
import { databaseSection } from './sections/database.ts';
import { drainSection } from './sections/drain.ts';
import { escalationSection } from './sections/escalation.ts';
import { gatewaySection } from './sections/gateway.ts';
import { httpSection } from './sections/http.ts';
import { limitsSection } from './sections/limits.ts';
import { logSection } from './sections/log.ts';
import { notificationSection } from './sections/notification.ts';
import { pairingSection } from './sections/pairing.ts';
import { paymentsSection } from './sections/payments.ts';
import { presenceSection } from './sections/presence.ts';
import { relaySection } from './sections/relay.ts';
import { remindersSection } from './sections/reminders.ts';
import { tlsSection } from './sections/tls.ts';
import { tracingSection } from './sections/tracing.ts';
import { workerSection } from './sections/worker.ts';

const ROLES = ['http', 'relay', 'worker', 'gateway', 'escalator'] as const;
export type Role = (typeof ROLES)[number];
const isRole = (word: string) => ROLES.some((role) => role === word);

/** Keys with their documentation, in the order of the table in config/README.md. */
export const schema = {
  env: {
    doc: 'Which of `config/*.json` is laid over the defaults.',
    format: ['production', 'development', 'test'],
    default: 'production',
    env: 'NODE_ENV',
  },
  roles: {
    doc: 'What this process does: any of `http`, `relay`, `worker`, `gateway`, `escalator`, separated by commas.',
    format: listOf('roles', `a list of ${ROLES.join(', ')}`, isRole, 1),
    default: [...ROLES] as Role[],
    env: 'ROLES',
  },
  http: httpSection,
  tls: tlsSection,
  limits: limitsSection,
  auth: authSection,
  pairing: pairingSection,
  payments: paymentsSection,
  database: databaseSection,
  amqp: amqpSection,
  notification: notificationSection,
  console: consoleSection,
  reminders: remindersSection,
  relay: relaySection,
  worker: workerSection,
  gateway: gatewaySection,
  presence: presenceSection,
  escalation: escalationSection,
  drain: drainSection,
  log: logSection,
  tracing: tracingSection,
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
