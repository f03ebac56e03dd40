import { cp, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect } from 'chai';
import type * as ConfigModule from '../../../src/config/load.ts';

const repository = fileURLToPath(new URL('../../../', import.meta.url));
const servers = { DATABASE_URL: 'postgres://localhost/o', AMQP_URL: 'amqp://localhost' };

/** The configuration reads the files beside its own source, so each test gets a copy of that source. */
describe('the configuration files', () => {
  const directories: string[] = [];

  after(() => Promise.all(directories.map((directory) => rm(directory, { recursive: true }))));

  async function loadWith(files: Record<string, unknown>, env: Record<string, string>) {
    const root = await realpath(await mkdtemp(join(tmpdir(), 'orderbell-config-')));
    directories.push(root);
    await mkdir(join(root, 'config'));
    await writeFile(join(root, 'package.json'), '{"type":"module"}');
    await symlink(join(repository, 'node_modules'), join(root, 'node_modules'));
    for (const room of ['config', 'domain', 'platform']) {
      await cp(join(repository, 'src', room), join(root, 'src', room), { recursive: true });
    }
    for (const [name, content] of Object.entries(files)) {
      const text = typeof content === 'string' ? content : JSON.stringify(content);
      await writeFile(join(root, 'config', `${name}.json`), text);
    }
    const module: typeof ConfigModule = await import(pathToFileURL(join(root, 'src/config/load.ts')).href);
    return module.loadConfig({ ...servers, ...env });
  }

  async function faultOf(files: Record<string, unknown>, env: Record<string, string> = {}) {
    const error = await loadWith(files, env).catch((error) => error);
    expect(error).to.include({ code: 'config-invalid' });
    return error.message;
  }

  it('are laid over each other: default, then the one of NODE_ENV, then the environment', async () => {
    const files = {
      default: { relay: { batchSize: 2, pollSeconds: 3 }, worker: { prefetch: 4 } },
      production: { relay: { batchSize: 5 } },
      test: { relay: { batchSize: 6 } },
    };
    const config = await loadWith(files, { WORKER_PREFETCH: '7' });
    expect(config.relay).to.include({ batchSize: 5, pollSeconds: 3 });
    expect(config.worker.prefetch).to.equal(7);
  });

  it('may be missing', async () => {
    expect((await loadWith({}, {})).relay.batchSize).to.equal(200);
  });

  it('are refused for a key that the schema has not, and the key is named', async () => {
    expect(await faultOf({ default: { relay: { batchsize: 2 } } })).to.include("'relay.batchsize'");
  });

  it('are refused for a wrong value, and key, variable and rule are named', async () => {
    expect(await faultOf({ production: { relay: { batchSize: 0 } } })).to.include(
      'relay.batchSize (RELAY_BATCH_SIZE): must be a whole number from 1 to 10000',
    );
  });

  it('are refused when they are not JSON', async () => {
    expect(await faultOf({ production: '{' })).to.match(/^the configuration is not valid: /);
  });
});
