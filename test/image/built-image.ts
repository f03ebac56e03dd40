/** The image of this checkout, built once a run by its Dockerfile. */

import { fileURLToPath } from 'node:url';
import { mustRun } from '../../src/dev/command.ts';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const TAG = 'orderbell-test/orderbell';

let built: Promise<string> | undefined;

/** Resolves with its tag. TEST_NODE_IMAGE is the base, where the official one cannot be pulled. */
export function builtImage(): Promise<string> {
  built ??= build();
  return built;
}

async function build(): Promise<string> {
  const base = process.env.TEST_NODE_IMAGE;
  const args = base ? ['--build-arg', `NODE_IMAGE=${base}`] : [];
  const started = performance.now();
  await mustRun('docker', ['build', ...args, '--tag', TAG, ROOT]);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`image: built on ${base ?? 'the official base'} in ${seconds} s, ${await describeSize(base)}`);
  return TAG;
}

async function describeSize(base: string | undefined): Promise<string> {
  const bytes = async (image: string) => Number(await docker('inspect', '--format', '{{.Size}}', image));
  const megabytes = (count: number) => `${(count / 1e6).toFixed(1)} MB`;
  const whole = await bytes(TAG);
  const ours = base === undefined ? '' : `, of which ${megabytes(whole - (await bytes(base)))} are ours`;
  return `${megabytes(whole)}${ours}`;
}

/** Resolves with what it says, trimmed. */
export async function docker(...args: string[]): Promise<string> {
  return (await mustRun('docker', args)).trim();
}
