/** Passwords stay out of whatever the process prints, in particular when something is wrong with them. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { createSurroundings, type Surroundings } from '../support/surroundings.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SECRET = 'hunter2-hunter2';

describe('secrets', () => {
  let around: Surroundings;
  before(async () => {
    around = await createSurroundings();
  });
  after(() => around.tearDown());

  /** All that a command prints at the most talkative level; it has to fail. */
  async function outputOf(args: string[], env: Record<string, string>): Promise<string> {
    const { PATH = '', HOME = '' } = process.env;
    const child = spawn(process.execPath, ['--import', 'tsx', 'src/main.ts', ...args], {
      cwd: ROOT,
      env: {
        PATH,
        HOME,
        NODE_ENV: 'test',
        LOG_LEVEL: 'trace',
        DATABASE_URL: around.database.url,
        AMQP_URL: around.broker.url,
        AMQP_PREFIX: around.broker.prefix,
        DATABASE_WAIT_SECONDS: '1',
        AMQP_CONNECT_SECONDS: '1',
        ...env,
      },
    });
    let printed = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (data) => {
        printed += data;
      });
    }
    const [code] = await once(child, 'close');
    expect(code, printed).to.equal(1);
    return printed;
  }

  function withPassword(address: string, change: (url: URL) => void = () => {}): string {
    const url = new URL(address);
    url.password = SECRET;
    change(url);
    return url.href;
  }
  const nowhere = (url: URL) => {
    url.port = '1';
  };
  const unknown = (url: URL) => {
    url.hostname = 'nowhere.invalid';
  };

  for (const [what, args, env, output] of [
    [
      'a database that refuses the password',
      ['serve'],
      () => ({ DATABASE_URL: withPassword(around.database.url, (url) => (url.username = 'nobody')) }),
      /Postgres: .*(authentication|does not exist)/,
    ],
    [
      'a database that is not there',
      ['serve'],
      () => ({ DATABASE_URL: withPassword(around.database.url, nowhere) }),
      /Postgres: .*ECONNREFUSED/,
    ],
    [
      'a database host that is unknown',
      ['serve'],
      () => ({ DATABASE_URL: withPassword(around.database.url, unknown) }),
      /Postgres: .*(ENOTFOUND|EAI_AGAIN)/,
    ],
    [
      'a broker that refuses the password',
      ['serve'],
      () => ({ AMQP_URL: withPassword(around.broker.url) }),
      /RabbitMQ: .*ACCESS.REFUSED/,
    ],
    [
      'a broker that is not there',
      ['serve'],
      () => ({ AMQP_URL: withPassword(around.broker.url, nowhere) }),
      /RabbitMQ: .*ECONNREFUSED/,
    ],
    [
      'addresses that are no URLs',
      ['serve'],
      () => ({ DATABASE_URL: `postgres://a:${SECRET}#@h/d`, AMQP_URL: `amqp://a:${SECRET}/@h` }),
      /DATABASE_URL.*no URL.*AMQP_URL.*no URL/,
    ],
    [
      'a key that has a passphrase, and no certificate',
      ['serve'],
      () => ({ TLS_KEY: '/nowhere', TLS_PASSPHRASE: SECRET }),
      /tls\.cert/,
    ],
    [
      'a migration',
      ['migrate', 'up'],
      () => ({ DATABASE_URL: withPassword(around.database.url, nowhere) }),
      /ECONNREFUSED/,
    ],
    [
      'a command for dead letters',
      ['dead', 'list'],
      () => ({ AMQP_URL: withPassword(around.broker.url) }),
      /ACCESS.REFUSED/,
    ],
  ] as [string, string[], () => Record<string, string>, RegExp][]) {
    it(`are not printed with ${what}`, async () => {
      const printed = await outputOf(args, env());
      expect(printed).to.match(output);
      expect(printed).not.to.include(SECRET);
    });
  }
}).timeout(60_000);
