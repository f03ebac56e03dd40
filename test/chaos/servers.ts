/** RabbitMQ and Postgres of a run, as private instances with durable writes that can be killed and started again. */

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { killPrivate, startPrivate, stopPrivate } from '../../src/dev/private-stack.ts';
import type { ServerName } from '../../src/dev/probes.ts';
import { signalProcess } from '../../src/dev/process-identity.ts';
import type { Programs } from '../../src/dev/programs.ts';
import type { PrivateServer } from '../../src/dev/state.ts';

export interface ChaosServer {
  name: ServerName;
  /** Where it is now; another port after a restart is possible. */
  url(): string;
  /** Ends it in order, or with SIGKILL. */
  down(how: 'stop' | 'kill'): Promise<void>;
  /** Starts it again on its data; resolves once it answers. */
  up(): Promise<void>;
  /** Runs one of its own tools on the machine, in the environment of the running server. */
  run(tool: string, args: readonly string[]): Promise<void>;
}

/** Resolves once it answers. End it with `down`. */
export async function startChaosServer(
  name: ServerName,
  programs: Programs,
  dir: string,
): Promise<ChaosServer> {
  let server: PrivateServer = await start(undefined);

  async function start(preferredPort: number | undefined): Promise<PrivateServer> {
    const options = { dir, durable: true, preferredPort, say: () => {}, record: () => {} };
    return (await startPrivate(name, programs, options)).server;
  }

  return {
    name,
    url: () => server.url,
    async down(how) {
      if (how === 'stop') return stopPrivate(name, server.processes);
      for (const id of server.processes) signalProcess(id, 'SIGKILL');
      // What a killed Postgres leaves of itself leaves by itself; RabbitMQ's name server was killed with it.
      if (name === 'rabbitmq') killPrivate(name, server.processes);
    },
    async run(tool, args) {
      const [node] = server.processes;
      const environment = readFileSync(`/proc/${node?.pid}/environ`, 'utf8').split('\0');
      const env = Object.fromEntries(environment.map((line) => line.split(/=(.*)/s).slice(0, 2)));
      await promisify(execFile)(tool, args, { env });
    },
    async up() {
      server = await start(Number(new URL(server.url).port));
    },
  };
}
