/** Secrets from files, and a file of settings: what stands in them, and what is said of those that cannot be used. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { loadConfig } from '../../../src/config/load.ts';
import { runCli } from '../../support/cli.ts';

const URL_OF_POSTGRES = 'postgres://o:hunter2@db.example/orderbell';
const SECRET = 'c0ffee00d15ea5e0b1a5ed0ddba11ad5';

describe('secrets from files', () => {
  let directory: string;
  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'orderbell-secrets-'));
  });
  after(() => rmSync(directory, { recursive: true }));

  let count = 0;
  function fileOf(content: string): string {
    const path = join(directory, `${++count}`);
    writeFileSync(path, content);
    return path;
  }
  const servers = { DATABASE_URL: 'postgres://localhost/o', AMQP_URL: 'amqp://localhost', NODE_ENV: 'test' };
  const load = (env: Record<string, string | undefined>) => loadConfig({ ...servers, ...env });

  it('are read, two at once, without the line feed that ends them', () => {
    const config = load({
      DATABASE_URL: undefined,
      DATABASE_URL_FILE: fileOf(`${URL_OF_POSTGRES}\n`),
      AUTH_SECRET_FILE: fileOf(`${SECRET}\r\n`),
      PAYMENTS_SECRETS_FILE: fileOf(`${SECRET.toUpperCase()},${SECRET}0`),
    });
    expect(config.database.url).to.equal(URL_OF_POSTGRES);
    expect(config.auth.secret).to.equal(SECRET);
    expect(config.payments.secrets).to.deep.equal([SECRET.toUpperCase(), `${SECRET}0`]);
  });

  it('lose one line feed and nothing else', () => {
    const { passphrase } = load({ TLS_PASSPHRASE_FILE: fileOf(' a secret \n\n') }).tls;
    expect(passphrase).to.equal(' a secret \n');
  });

  it('are taken where the variable itself is empty, and a variable that names none is ignored', () => {
    expect(load({ AUTH_SECRET: '', AUTH_SECRET_FILE: fileOf(SECRET) }).auth.secret).to.equal(SECRET);
    expect(load({ AUTH_SECRET: SECRET, AUTH_SECRET_FILE: '' }).auth.secret).to.equal(SECRET);
  });

  const refused = (env: Record<string, string | undefined>) => {
    try {
      load(env);
    } catch (error) {
      return error instanceof Error ? error.message : '';
    }
    throw new Error('it was taken');
  };

  it('keep the service from starting where the file is missing, and that alone is said', () => {
    const missing = join(directory, 'missing');
    expect(refused({ DATABASE_URL: undefined, DATABASE_URL_FILE: missing })).to.equal(
      'the configuration is not valid: database.url (DATABASE_URL): DATABASE_URL_FILE names a file that cannot be read: ' +
        `ENOENT: no such file or directory, open '${missing}'`,
    );
    expect(refused({ AUTH_SECRET_FILE: directory })).to.match(
      /AUTH_SECRET_FILE names a file that cannot be read: EISDIR/,
    );
  });

  it('keep the service from starting where the file is empty', () => {
    for (const content of ['', '\n']) {
      const message = refused({ AUTH_SECRET_FILE: fileOf(content) });
      expect(message).to.match(/auth\.secret \(AUTH_SECRET\): AUTH_SECRET_FILE names a file that is empty$/);
    }
  });

  it('keep the service from starting where both are set', () => {
    const message = refused({ AUTH_SECRET: SECRET, AUTH_SECRET_FILE: fileOf(SECRET) });
    expect(message).to.match(
      /auth\.secret \(AUTH_SECRET\): is set by AUTH_SECRET and by AUTH_SECRET_FILE: only one/,
    );
    expect(message).not.to.include(SECRET);
  });

  it('are held to the rules of their variable, and never shown', async () => {
    const env = { DATABASE_URL: undefined, DATABASE_URL_FILE: fileOf('mysql://o:hunter2@h/db') };
    expect(refused(env)).to.match(/database\.url \(DATABASE_URL\): must be a postgres/);
    expect(refused(env)).not.to.include('hunter2');
    const { lines } = await runCli(['config', 'print'], { env });
    expect(lines.join('\n')).to.match(
      /^database\.url +DATABASE_URL_FILE +mysql:\/\/o:\*\*\*@h\/db {2}<- must be/m,
    );
  });

  it('are said to come from their file', async () => {
    const env = { DATABASE_URL: undefined, DATABASE_URL_FILE: fileOf(URL_OF_POSTGRES) };
    const { lines, notes } = await runCli(['config', 'print'], { env });
    expect(lines.join('\n')).to.match(
      /^database\.url +DATABASE_URL_FILE +postgres:\/\/o:\*\*\*@db\.example/m,
    );
    expect(notes).to.deep.equal([]);
  });

  describe('and a file of settings', () => {
    const print = async (content: string | undefined, env: Record<string, string> = {}) => {
      const file = content === undefined ? join(directory, 'none.json') : fileOf(content);
      return { file, ...(await runCli(['--config', file, 'config', 'print'], { env })) };
    };

    it('lies over those of the program and under the environment', async () => {
      const content = JSON.stringify({ relay: { batchSize: 7, pollSeconds: 9 }, http: { host: '::1' } });
      const { file, lines, error } = await print(content, { RELAY_POLL_SECONDS: '3' });
      expect(error).to.equal(undefined);
      const printed = lines.map((line) => line.split(/ {2,}/).slice(0, 3));
      expect(printed).to.deep.include.members([
        ['relay.batchSize', file, '7'],
        ['relay.pollSeconds', 'RELAY_POLL_SECONDS', '3'],
        ['http.host', file, '::1'],
      ]);
    });

    it('may be named after the command as well', async () => {
      const file = fileOf('{"relay":{"batchSize":7}}');
      const { lines } = await runCli(['config', 'print', '--config', file], {});
      expect(lines.join('\n')).to.include(file);
    });

    it('must be there, be JSON and hold nothing else', async () => {
      for (const [content, wrong] of [
        [undefined, /none\.json: ENOENT/],
        ['{"relay":', /: .*JSON/],
        ['{"relays":{"batchSize":7}}', /relays/],
      ] as const) {
        const { notes, error } = await print(content);
        expect(notes.join('\n')).to.match(wrong);
        expect(error).to.have.property('code', 'config-invalid');
      }
      const { error } = await runCli(['--config', join(directory, 'none.json'), 'dead', 'list'], {});
      expect(error?.message).to.match(/^the configuration is not valid: .*none\.json/);
    });
  });
});
