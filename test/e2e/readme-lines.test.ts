/** The lines of README.md that ring the bell, pasted as they are on what `make run` has brought up. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { seedDemoShop } from '../../db/seeds/demo-shop.ts';
import { which } from '../../src/dev/programs.ts';
import { createSurroundings, PLAIN, type Surroundings } from '../support/surroundings.ts';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

describe('the lines of README.md that ring the bell', () => {
  let around: Surroundings;
  before(async function () {
    if (which('curl') === undefined) this.skip();
    around = await createSurroundings();
  });
  after(() => around?.tearDown());

  it('ring for a payment and for a reminder, on the first start and on the next one', async () => {
    const [, lines = ''] = /that ring the bell:\n\n```sh\n(.*?)```/s.exec(readme) ?? [];
    expect(lines.match(/curl/g)).to.have.length(3);
    const service = await around.serve();
    const till = await around.open(service, 'till-1', PLAIN);
    for (const start of ['first', 'next']) {
      await seedDemoShop(around.database.url);
      const shell = spawn('sh', ['-c', lines.replaceAll('localhost:8080', new URL(service.url).host)], {
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      const [printed] = await Promise.all([text(shell.stdout), once(shell, 'close')]);
      expect(printed, start).not.to.include('"code":0');
      const [paid, reminded] = [await till.next(), await till.next()];
      expect([paid.type, reminded.type], start).to.deep.equal([1, 2]);
      expect(reminded.orderId).to.equal(paid.orderId);
    }
  });
});
