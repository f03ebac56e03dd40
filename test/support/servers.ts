/**
 * The servers of one test run, started before the first test and stopped after the last. Publishes their addresses as
 * TEST_AMQP_URL and TEST_DATABASE_URL; the latter's user may make databases, of which each test file makes its own.
 * Guarantees that nothing of it is left, and that what a killed run left goes with the next one.
 */

import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chooseForTests, type TestServersChoice, testServersChoice } from '../../src/dev/choice.ts';
import { type Images, imagesFrom } from '../../src/dev/docker.ts';
import type { ServerName } from '../../src/dev/probes.ts';
import { stopServers } from '../../src/dev/server-set.ts';
import { killStack, startStack } from '../../src/dev/stack.ts';
import { readState } from '../../src/dev/state.ts';
import { engineMissing, startContainers } from './containers.ts';

interface Given {
  amqpUrl: string | undefined;
  databaseUrl: string | undefined;
}

interface TestServers {
  amqpUrl: string;
  databaseUrl: string;
  description: string;
  stop(): Promise<void>;
}

const DIRECTORY_PREFIX = 'orderbell-test-';
let servers: TestServers | undefined;

export async function mochaGlobalSetup(): Promise<void> {
  const choice = testServersChoice(process.env.TEST_SERVERS);
  if (choice === 'none') return;
  servers = await startServers(choice, {
    amqpUrl: process.env.TEST_AMQP_URL || undefined,
    databaseUrl: process.env.TEST_DATABASE_URL || undefined,
  });
  process.env.TEST_AMQP_URL = servers.amqpUrl;
  process.env.TEST_DATABASE_URL = servers.databaseUrl;
  console.log(`servers: ${servers.description}`);
}

export async function mochaGlobalTeardown(): Promise<void> {
  await servers?.stop();
}

async function startServers(choice: TestServersChoice, given: Given): Promise<TestServers> {
  const { needed, sources } = chooseForTests({ choice, ...given, engineAnswers: true });
  if (sources.includes('docker')) {
    const images = imagesFrom(process.env);
    const missing = await engineMissing();
    if (missing === undefined) {
      try {
        return await containerServers(needed, images, given);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        if (!sources.includes('private')) {
          throw new Error(`containers are insisted on, but they do not start: ${reason}`, { cause: error });
        }
        say(
          `containers of ${images.postgres} and ${images.rabbitmq} do not start (${reason}): going on without`,
        );
      }
    } else if (!sources.includes('private')) {
      throw new Error(`containers are insisted on, but no Docker engine answers: ${missing}`);
    }
  }
  if (given.amqpUrl !== undefined && given.databaseUrl !== undefined) {
    const { amqpUrl, databaseUrl } = given;
    return { amqpUrl, databaseUrl, description: 'given', stop: async () => {} };
  }
  return privateServers(given);
}

async function containerServers(
  needed: readonly ServerName[],
  images: Images,
  given: Given,
): Promise<TestServers> {
  const { postgres, rabbitmq } = await startContainers(needed, images);
  const titles = [postgres?.title ?? 'Postgres as given', rabbitmq?.title ?? 'RabbitMQ as given'];
  return {
    amqpUrl: rabbitmq?.url ?? given.amqpUrl ?? '',
    databaseUrl: postgres?.url ?? given.databaseUrl ?? '',
    description: `Testcontainers (${titles.join(', ')})`,
    stop: async () => void (await Promise.all([postgres?.stop(), rabbitmq?.stop()])),
  };
}

/** In a fresh directory that goes with them; mkdtemp makes it unreadable for the user who runs Postgres for root. */
async function privateServers(given: Given): Promise<TestServers> {
  await removeLeftovers();
  const dir = mkdtempSync(join(tmpdir(), DIRECTORY_PREFIX));
  chmodSync(dir, 0o711);
  const remove = () => {
    process.off('exit', kill);
    rmSync(dir, { recursive: true, force: true });
  };
  // For a run that crashes: what cannot be awaited then is removed by the next run.
  const kill = () => killStack(dir);
  process.once('exit', kill);
  try {
    const stack = await startStack({
      dir,
      ...given,
      forced: 'private',
      images: imagesFrom({}),
      durable: false,
      say,
    });
    const stop = async () => {
      await stack.stop();
      remove();
    };
    const { amqpUrl, databaseUrl, description } = stack;
    return { amqpUrl, databaseUrl, description: `private instances (${description})`, stop };
  } catch (error) {
    remove();
    throw error;
  }
}

/** Ends and removes what runs left that were killed: those that nobody alive uses. */
async function removeLeftovers(): Promise<void> {
  for (const name of readdirSync(tmpdir()).filter((name) => name.startsWith(DIRECTORY_PREFIX))) {
    const dir = join(tmpdir(), name);
    if (statSync(dir, { throwIfNoEntry: false })?.uid !== process.getuid?.()) continue;
    const state = readState(dir);
    if (state.users.length > 0 || isYoung(dir)) continue;
    await stopServers(state.servers);
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Another run may just have made it and not yet have written down that it uses it. */
function isYoung(dir: string): boolean {
  const made = statSync(dir, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return Date.now() - made < 10_000;
}

function say(line: string): void {
  console.log(`servers: ${line}`);
}
