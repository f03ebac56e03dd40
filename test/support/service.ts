/** The service as a test starts it: all of it, in this process, on servers of the run. */

import { loadConfig } from '../../src/config/load.ts';
import { type App, startApp } from '../../src/service/app.ts';
import type { Overrides } from '../../src/service/context.ts';
import type { TestBroker, TestDatabase } from './servers-of-the-run.ts';

export interface Service extends App {
  /** `http://127.0.0.1:<port>` */
  url: string;
}

/** `env` are variables as the service would find them in its environment, over those of the test. */
export async function startService(
  database: TestDatabase,
  broker: TestBroker,
  env: Record<string, string> = {},
  overrides: Partial<Overrides> = {},
): Promise<Service> {
  const config = loadConfig({
    NODE_ENV: 'test',
    LOG_LEVEL: process.env.TEST_LOG_LEVEL ?? 'silent',
    DATABASE_URL: database.url,
    AMQP_URL: broker.url,
    AMQP_PREFIX: broker.prefix,
    ...env,
  });
  const app = await startApp(config, overrides);
  return { ...app, url: `http://127.0.0.1:${app.port}` };
}
