/**
 * What the roles of a process are built from: `http`, `relay`, `worker`, `gateway`, `escalator`. They meet in RabbitMQ and
 * Postgres, and in one process also through what is passed in here.
 */

import type pg from 'pg';
import type { RemovedTills } from '../auth/removed-tills.ts';
import type { TillSigning } from '../auth/till-signing.ts';
import type { Topology } from '../broker/topology.ts';
import type { Config, Role } from '../config/config.ts';
import type { LoggedBatch } from '../domain/log.ts';
import type { PaymentProvider } from '../domain/payment-provider.ts';
import type { Route } from '../http/routes.ts';
import type { Gauges } from '../metrics/gauges.ts';
import type { MetricsRegistry } from '../metrics/registry.ts';
import type { Lanes } from '../platform/lanes.ts';
import type { Lifecycle } from '../platform/lifecycle.ts';
import type { Logger } from '../platform/logger.ts';
import type { Tracing } from '../tracing/tracing.ts';
import type { ServerAccess } from './access.ts';

/** What a test, or a run for development, may put in the place of a part. */
export interface Overrides {
  logger: Logger;
  /** The version of Node.js, which only the edge of the process knows. */
  nodeVersion: string;
  /** Where the pages were built, else `dist/`. */
  pagesDirectory: string;
  /** More routes, of a run for development. */
  routes: readonly Route[];
  /** Stands between the worker and the feed of this process: announcements come early, twice or never. */
  announce(batches: readonly LoggedBatch[], announce: (batches: readonly LoggedBatch[]) => void): void;
}

/** What this process was built of, for the log, the metrics and `/healthz`. */
export interface Build {
  /** Of Orderbell. */
  version: string;
  /** The version of Node.js; empty where the caller did not name it. */
  node: string;
  /** The version of uWebSockets.js. */
  uwebsockets: string;
}

/** What every role is built from. */
export interface ServiceContext extends Lifecycle {
  config: Config;
  overrides: Partial<Overrides>;
  build: Build;
  hasRole(role: Role): boolean;
  logger: Logger;
  /** Names this process in what it announces. */
  appId: string;
  names: Topology;
  pool: pg.Pool;
  /** The pool's connections are taken through these by whatever can take many. */
  lanes: Lanes;
  access: ServerAccess;
  removedTills: RemovedTills;
  /** Why no till can be paired, where there is nothing to sign with. */
  tillSigning: TillSigning | string;
  registry: MetricsRegistry;
  /** Undefined where nothing is traced. */
  tracing: Tracing | undefined;
  gauges: Gauges;
  /** To be called with the name of a link each time that it is there. */
  onReconnect(link: string): void;
  /** Whose callbacks the role `http` takes. */
  providers: readonly PaymentProvider[];
  /** The most that one step of stopping may take. */
  stepMs: number;
}
