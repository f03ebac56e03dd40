/** For knex's own command line: `node --import tsx node_modules/.bin/knex --knexfile db/knexfile.ts migrate:list`. */

import { loadConfig } from '../src/config/load.ts';
import { migrationSource } from './migrate.ts';

export const client = 'pg';
export const connection = loadConfig(process.env).database.url;
export const migrations = { migrationSource };
