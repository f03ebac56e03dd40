/**
 * The schema as SQL text, read from Postgres's own catalogue: the same for every version of server and tools, which the
 * output of pg_dump is not. Covers what our migrations use: tables, constraints, indexes, triggers, functions, comments.
 */

import type pg from 'pg';

type Database = Pick<pg.Pool, 'query'>;

export async function dumpSchema(database: Database): Promise<string> {
  const tables = await lines(
    database,
    `SELECT relname AS line FROM pg_class
     WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname NOT LIKE 'knex_%' ORDER BY relname`,
  );
  const parts: string[] = [];
  for (const table of tables) parts.push(await dumpTable(database, table));
  parts.push(
    ...(await lines(
      database,
      `SELECT pg_get_functiondef(oid) || coalesce(E'COMMENT ON FUNCTION ' || proname || ' IS ' ||
         quote_literal(obj_description(oid, 'pg_proc')) || ';', '') AS line
       FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY proname, oid::regprocedure::text`,
    )),
  );
  return `${parts.join('\n\n')}\n`;
}

async function dumpTable(database: Database, table: string): Promise<string> {
  const columns = await lines(
    database,
    `SELECT concat_ws(' ', a.attname, format_type(a.atttypid, a.atttypmod),
         (SELECT 'COLLATE ' || quote_ident(c.collname) FROM pg_collation c
          WHERE c.oid = a.attcollation AND c.collname <> 'default'),
         CASE WHEN a.attidentity = 'a' THEN 'GENERATED ALWAYS AS IDENTITY' END,
         'DEFAULT ' || pg_get_expr(d.adbin, d.adrelid), CASE WHEN a.attnotnull THEN 'NOT NULL' END) AS line
     FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
     WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`,
    [table],
  );
  const constraints = await lines(
    database,
    `SELECT 'CONSTRAINT ' || conname || ' ' || pg_get_constraintdef(oid) AS line FROM pg_constraint
     WHERE conrelid = $1::regclass AND contype IN ('p', 'u', 'f', 'c') ORDER BY conname`,
    [table],
  );
  const indexes = await lines(
    database,
    `SELECT pg_get_indexdef(i.indexrelid) || ';' AS line FROM pg_index i
     WHERE i.indrelid = $1::regclass AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)
     ORDER BY 1`,
    [table],
  );
  const triggers = await lines(
    database,
    `SELECT pg_get_triggerdef(oid) || ';' AS line FROM pg_trigger
     WHERE tgrelid = $1::regclass AND NOT tgisinternal ORDER BY tgname`,
    [table],
  );
  const comments = await lines(
    database,
    `SELECT CASE WHEN d.objsubid = 0 THEN 'COMMENT ON TABLE ' || $1
              ELSE 'COMMENT ON COLUMN ' || $1 || '.' || a.attname END || ' IS ' || quote_literal(d.description) || ';' AS line
     FROM pg_description d LEFT JOIN pg_attribute a ON a.attrelid = d.objoid AND a.attnum = d.objsubid
     WHERE d.objoid = $1::regclass AND d.classoid = 'pg_class'::regclass ORDER BY d.objsubid`,
    [table],
  );
  const body = [...columns, ...constraints].map((line) => `  ${line}`).join(',\n');
  return [`CREATE TABLE ${table} (\n${body}\n);`, ...indexes, ...triggers, ...comments].join('\n');
}

async function lines(database: Database, sql: string, values: string[] = []): Promise<string[]> {
  const { rows } = await database.query<{ line: string }>(sql, values);
  return rows.map((row) => row.line);
}
