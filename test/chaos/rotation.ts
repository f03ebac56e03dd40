/** The fault of an operator: the logs are made other logs while everybody follows them. Nothing is removed. */

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { FaultSource } from './faults.ts';
import { FLEET_ENV, SHOPS } from './settings.ts';

export interface Rotation {
  faults: FaultSource;
  /** How often each shop's log, at most, was made another one. */
  rotations(): number;
}

export function createRotation(urls: () => { postgres: string; rabbitmq: string }): Rotation {
  let rotations = 0;

  async function rotate(which: readonly string[]): Promise<void> {
    const { postgres, rabbitmq } = urls();
    const env = { ...process.env, ...FLEET_ENV, DATABASE_URL: postgres, AMQP_URL: rabbitmq };
    rotations++;
    await promisify(execFile)(
      process.execPath,
      ['dist/src/main.js', 'log', 'rotate-epoch', '--yes', ...which],
      { env },
    );
  }

  return {
    faults(random) {
      const which = random.chance(0.5) ? ['--all'] : ['--shop', random.pick(SHOPS)];
      return [{ kind: 'log rotated', target: 'postgres', weight: 2, inject: () => rotate(which) }];
    },
    rotations: () => rotations,
  };
}
