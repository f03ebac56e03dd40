/**
 * What `make run` runs: servers, migrations, a demo shop, and the service in this process. Guarantees that a start
 * which fails or is interrupted says why in one line, leaves no process behind and does not exit with 0; that a first
 * SIGINT, SIGTERM or SIGHUP stops all in order, and a second one at once.
 */

import { constants } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { migrateUp } from '../../db/migrate.ts';
import { seedDemoShop } from '../../db/seeds/demo-shop.ts';
import { loadConfig } from '../config/load.ts';
import { messageOf } from '../platform/errors.ts';
import { startApp } from '../service/app.ts';
import { banner } from './banner.ts';
import { bundlePages } from './bundle-pages.ts';
import { demoToken, withSecret } from './demo-token.ts';
import { imagesFrom } from './docker.ts';
import { StackError } from './errors.ts';
import { openEscalationReceiver } from './escalation-receiver.ts';
import { openSimulatedProviders } from './pay/simulated-providers.ts';
import { isPortFree } from './ports.ts';
import { receivedRoute } from './received-route.ts';
import { separateRoles } from './separate-roles.ts';
import { killStack, startStack } from './stack.ts';

const project = fileURLToPath(new URL('../../', import.meta.url));
const dir = process.env.ORDERBELL_LOCAL_DIR || `${project}.local`;
const interrupted = new AbortController();

/** Before it is ready an interrupt is a failure, as a shell counts it; afterwards it is the way to end. */
async function run(signal: AbortSignal, started: number): Promise<void> {
  const undo: (() => Promise<void>)[] = [];
  try {
    const env: NodeJS.ProcessEnv = { ...process.env, NODE_ENV: process.env.NODE_ENV || 'development' };
    const port = env.PORT || '8080';
    await mustBeFree(port);
    const stack = await startStack({
      dir,
      amqpUrl: env.AMQP_URL,
      databaseUrl: env.DATABASE_URL,
      forced: env.ORDERBELL_SERVERS,
      images: imagesFrom(env),
      durable: true,
      signal,
      say: (line) => console.error(line),
    });
    undo.push(stack.stop);
    const given = { owner: stack.databaseUrl, service: stack.databaseUrl };
    const roles = env.DATABASE_URL ? given : await separateRoles(stack.databaseUrl);
    await migrateUp(roles.owner);
    signal.throwIfAborted();
    const demo = await seedDemoShop(roles.service);
    signal.throwIfAborted();
    const pagesDirectory = join(dir, 'pages');
    await bundlePages({ directory: pagesDirectory, demo: true });
    signal.throwIfAborted();
    const servers = { PORT: port, AMQP_URL: stack.amqpUrl, DATABASE_URL: roles.service };
    const simulated = env.PAYMENTS_PROVIDERS === undefined;
    const providers = simulated ? openSimulatedProviders(join(dir, 'payments')).env : {};
    const receiver = isEscalationSet(env)
      ? undefined
      : await openEscalationReceiver((line) => console.log(line));
    if (receiver !== undefined) undo.push(receiver.close);
    const config = loadConfig({ ...providers, ...receiver?.env, ...withSecret(env, dir), ...servers });
    const routes = receiver === undefined ? [] : [receivedRoute(receiver)];
    const app = await startApp(config, { pagesDirectory, nodeVersion: process.versions.node, routes });
    undo.push(() => app.stop());
    signal.throwIfAborted();
    const facts = {
      port: app.port,
      shopId: demo.shopId,
      order: { id: demo.orderId, number: demo.orderNumber },
      freshNumber: `${new Date().toISOString().replace(/\D/g, '')}-2`,
      servers: stack.description,
      data: stack.data,
      seconds: (Date.now() - started) / 1000,
      access: config.auth.mode,
      token: await demoToken(config.auth, demo.shopId),
      simulatedProviders: simulated,
      simulatedTargets: receiver !== undefined,
      signedPayments: config.payments.verify !== 'none',
    };
    console.log(banner(facts));
    await new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true });
      if (signal.aborted) resolve();
    });
    console.log('Stopping.');
  } finally {
    for (let step = undo.pop(); step !== undefined; step = undo.pop()) await step();
  }
}

/** Then who is told is not ours to choose. */
function isEscalationSet({
  ESCALATION_POLICY,
  ESCALATION_TARGETS,
  ESCALATION_TARGETS_FILE,
}: NodeJS.ProcessEnv) {
  return Boolean(ESCALATION_POLICY || ESCALATION_TARGETS || ESCALATION_TARGETS_FILE);
}

async function mustBeFree(port: string): Promise<void> {
  const number = Number(port);
  if (!/^\d{1,5}$/.test(port) || number > 65_535) {
    throw new StackError('port-taken', `PORT is "${port}": a number from 0 to 65535`);
  }
  if (!(await isPortFree(number)) || !(await isPortFree(number, '127.0.0.1'))) {
    throw new StackError(
      'port-taken',
      `port ${port} is taken: stop what listens there, or set PORT to another one`,
    );
  }
}

/** Our own errors as they are; of a library's, which may quote a whole statement, the last line. */
function inBrief(error: unknown): string {
  const message = messageOf(error);
  return error instanceof StackError ? message : (message.trim().split('\n').at(-1)?.trim() ?? message);
}

let received: NodeJS.Signals | undefined;
let crashed = false;

for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(name, () => {
    if (received !== undefined) {
      killStack(dir);
      process.exit(128 + constants.signals[name]);
    }
    received = name;
    interrupted.abort();
  });
}

// The servers must not outlive a defect of ours.
process.on('uncaughtException', (error) => {
  console.error(error);
  if (crashed) {
    killStack(dir);
    process.exit(1);
  }
  crashed = true;
  interrupted.abort();
});

const started = Date.now() - performance.now();
try {
  await run(interrupted.signal, started);
  console.log('Stopped.');
  process.exitCode = crashed ? 1 : 0;
} catch (error) {
  const reason = interrupted.signal.aborted ? 'interrupted while starting' : inBrief(error);
  console.error(`orderbell: ${reason}`);
  process.exitCode = received === undefined ? 1 : 128 + constants.signals[received];
}
