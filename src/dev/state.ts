/**
 * What a project directory's servers are and who uses them, kept in `stack.json`. Guarantees that the file is whole
 * at any moment. Changes go through the stack's lock, except that a process started is written down at once.
 */

import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { StackError } from './errors.ts';
import { isAlive } from './process-identity.ts';

const Process = Type.Object({ pid: Type.Integer({ minimum: 1 }), startedAt: Type.String() });

const PrivateServer = Type.Object({
  kind: Type.Literal('private'),
  url: Type.String(),
  /** In the order in which they are stopped. */
  processes: Type.Array(Process),
});

const DockerServer = Type.Object({
  kind: Type.Literal('docker'),
  url: Type.String(),
  container: Type.String(),
});

const ServerRecord = Type.Union([PrivateServer, DockerServer]);

const StackState = Type.Object({
  users: Type.Array(Type.Object({ id: Type.String(), ...Process.properties })),
  servers: Type.Object({
    postgres: Type.Optional(ServerRecord),
    rabbitmq: Type.Optional(ServerRecord),
  }),
});

export type PrivateServer = Static<typeof PrivateServer>;
export type ServerRecord = Static<typeof ServerRecord>;
export type StackState = Static<typeof StackState>;

export function statePath(dir: string): string {
  return join(dir, 'stack.json');
}

export function lockPath(dir: string): string {
  return join(dir, 'stack.lock');
}

/** The state with its dead users left out; an empty one if there is none. */
export function readState(dir: string): StackState {
  let text: string;
  try {
    text = readFileSync(statePath(dir), 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      return { users: [], servers: {} };
    throw error;
  }
  const value = parse(text);
  if (!Value.Check(StackState, value)) {
    throw new StackError(
      'state-unusable',
      `${statePath(dir)} is not what it should be: remove it and try again`,
    );
  }
  return { ...value, users: value.users.filter(isAlive) };
}

/** Readable by its owner only, since the URLs hold passwords. */
export function writeState(dir: string, state: StackState): void {
  const path = statePath(dir);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.new`, JSON.stringify(state, null, 2), { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
