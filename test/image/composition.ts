/** compose.yaml, brought up as a project of its own on a free port, and taken down with all that it made. */

import { randomBytes } from 'node:crypto';
import { mustRun, runCommand } from '../../src/dev/command.ts';
import { SCOPES } from '../../src/domain/access.ts';
import { eventually } from '../support/eventually.ts';
import { builtImage, docker, ROOT } from './built-image.ts';

export interface Composition {
  /** Where the proxy listens. */
  url: string;
  /** What payment callbacks are signed with. */
  paymentSecret: string;
  /** A token that allows everything, made by the command in the image. */
  token: string;
  /** Milliseconds from `up` until every process was healthy. */
  healthyAfterMs: number;
  /** The container of a service. */
  container(service: string): Promise<string>;
  /** Milliseconds from the last start of a service's process until it said that it was ready. */
  readyAfterMs(service: string): Promise<number>;
  /** The sids of the sessions that were opened at a gateway. */
  sidsAt(gateway: string): Promise<string[]>;
  down(): Promise<void>;
}

/** Official images, unless TEST_…_IMAGE names others. */
function imagesFrom(env: NodeJS.ProcessEnv): Record<string, string> {
  const names = ['HAPROXY_IMAGE', 'POSTGRES_IMAGE', 'RABBITMQ_IMAGE'];
  return Object.fromEntries(
    names.flatMap((name) => {
      const image = env[`TEST_${name}`];
      return image ? [[name, image]] : [];
    }),
  );
}

export async function bringUp(): Promise<Composition> {
  const { PATH = '', HOME = '', DOCKER_HOST } = process.env;
  const project = `orderbell-test-${randomBytes(4).toString('hex')}`;
  const paymentSecret = randomBytes(32).toString('hex');
  const env = {
    PATH,
    HOME,
    ...(DOCKER_HOST === undefined ? {} : { DOCKER_HOST }),
    COMPOSE_PROJECT_NAME: project,
    ORDERBELL_IMAGE: await builtImage(),
    POSTGRES_PASSWORD: randomBytes(12).toString('hex'),
    POSTGRES_OWNER_PASSWORD: randomBytes(12).toString('hex'),
    POSTGRES_SERVICE_PASSWORD: randomBytes(12).toString('hex'),
    RABBITMQ_PASSWORD: randomBytes(12).toString('hex'),
    AUTH_SECRET: randomBytes(32).toString('hex'),
    PAYMENTS_SECRETS: paymentSecret,
    PORT: '0',
    LOG_LEVEL: 'debug',
    ...imagesFrom(process.env),
  };
  const [file, ...first] = await composeCommand();
  const compose = (...args: string[]) => mustRun(file, [...first, ...args], { cwd: ROOT, env });
  // By its label: compose itself takes seconds to say it.
  const container = (service: string) => {
    const labels = [`project=${project}`, `service=${service}`];
    const filters = labels.flatMap((label) => ['--filter', `label=com.docker.compose.${label}`]);
    return docker('ps', '--all', '--quiet', ...filters);
  };
  /** What a service logged with this message. */
  const logged = async (service: string, message: string) => {
    const lines = (await docker('logs', await container(service))).split('\n');
    return lines.filter((line) => line.includes(`"${message}"`)).map((line) => JSON.parse(line));
  };
  const sidsAt = async (gateway: string) =>
    (await logged(gateway, 'a session was opened')).map(({ sid }) => sid);
  const readyAfterMs = async (service: string) => {
    const started = await docker('inspect', '--format', '{{.State.StartedAt}}', await container(service));
    const ready = (await logged(service, 'orderbell is ready')).at(-1);
    return Date.parse(ready.time) - Date.parse(started);
  };
  const down = async () => void (await compose('down', '--volumes', '--timeout', '5'));
  const healthy = async (service: string) => {
    const id = await container(service);
    await eventually(async () => {
      const health = await docker('inspect', '--format', '{{.State.Health.Status}}', id);
      if (health !== 'healthy')
        throw new Error(`${service} is ${health}: ${await docker('logs', '--tail', '20', id)}`);
    }, 120_000);
  };

  const started = performance.now();
  try {
    await mustRun(file, [...first, 'up', '--detach', '--no-build'], { cwd: ROOT, env, timeout: 180_000 });
    await Promise.all(['http', 'gateway-1', 'gateway-2', 'postgres', 'rabbitmq'].map(healthy));
    const healthyAfterMs = performance.now() - started;
    const published = (await compose('port', 'proxy', '8080')).trim();
    const mint = ['node', 'dist/src/main.js', 'token', '--shop', '*', '--scope', SCOPES.join()];
    const token = await docker('exec', await container('http'), ...mint);
    return {
      url: `http://${published}`,
      paymentSecret,
      token,
      healthyAfterMs,
      container,
      readyAfterMs,
      sidsAt,
      down,
    };
  } catch (error) {
    const printed = await compose('logs', '--no-color', '--tail', '15');
    await down();
    throw new Error(`the composition did not come up; it said:\n${printed}`, { cause: error });
  }
}

/** The plugin of today, or the program that it comes from. */
async function composeCommand(): Promise<[string, ...string[]]> {
  const { code } = await runCommand('docker', ['compose', 'version']);
  return code === 0 ? ['docker', 'compose'] : ['docker-compose'];
}
