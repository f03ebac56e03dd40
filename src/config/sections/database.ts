/** Postgres. */

import { between } from '../formats.ts';
import { postgresUrl } from '../urls.ts';

export const databaseSection = {
  url: {
    doc: 'Postgres, as `postgres://user:password@host:port/database`; over TLS with `?sslmode=verify-full&sslrootcert=<file>`. Required.',
    format: postgresUrl,
    default: '',
    env: 'DATABASE_URL',
    sensitive: true,
  },
  poolSize: {
    doc: 'The most connections that one process opens. Reading the log and acknowledgements use six in ten of them at most.',
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
    doc: 'How long the start waits for a database that is away.',
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
};
