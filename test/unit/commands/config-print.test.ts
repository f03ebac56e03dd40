/** `orderbell config print`, which asks no server. What the files say is `config/test.json`. */

import { expect } from 'chai';
import { settings } from '../../../src/config/config.ts';
import { runCli } from '../../support/cli.ts';

describe('orderbell config print', () => {
  const servers = { DATABASE_URL: 'postgres://o:hunter2@h/db', AMQP_URL: 'amqp://o:hunter2@h' };
  const print = (env: Record<string, string | undefined> = {}, ...args: string[]) =>
    runCli(['config', 'print', ...args], { env: { ...servers, AMQP_PREFIX: undefined, ...env } });
  const printed = async (env: Record<string, string | undefined> = {}) => {
    const { lines } = await print(env, '--json');
    return lines.map((line) => JSON.parse(line));
  };

  it('says of every key what is in force and where it comes from', async () => {
    const found = await printed({ RELAY_BATCH_SIZE: '300', REMINDERS_STATUSES: '2,3', LOG_LEVEL: 'debug' });
    expect(found.map(({ key }) => key)).to.deep.equal(settings.map(({ key }) => key));
    const of = (key: string) => found.find((one) => one.key === key);
    expect(of('relay.batchSize')).to.deep.equal({
      key: 'relay.batchSize',
      value: 300,
      source: 'variable',
      from: 'RELAY_BATCH_SIZE',
    });
    expect(of('reminders.statuses'))
      .to.include({ source: 'variable' })
      .and.deep.include({ value: [2, 3] });
    expect(of('http.host')).to.deep.equal({
      key: 'http.host',
      value: '127.0.0.1',
      source: 'file',
      from: 'config/test.json',
    });
    expect(of('log.level')).to.include({ value: 'debug', from: 'LOG_LEVEL' });
    expect(of('relay.pollSeconds')).to.deep.equal({ key: 'relay.pollSeconds', value: 2, source: 'default' });
  });

  it('prints a line for each key, and succeeds', async () => {
    const { lines, notes, exitCode } = await print();
    expect(lines).to.have.length(settings.length);
    expect(lines.join('\n')).to.match(/^http\.host +config\/test\.json +127\.0\.0\.1$/m);
    expect(lines.join('\n')).to.match(/^database\.url +DATABASE_URL +postgres:\/\/o:\*\*\*@h\/db$/m);
    expect([notes, exitCode]).to.deep.equal([[], 0]);
  });

  it('fails where the service would refuse to be anonymous, and says at which settings', async () => {
    const { lines, error } = await print({ NODE_ENV: 'production' });
    expect(error).to.have.property('code', 'config-invalid');
    for (const [key, consent] of [
      ['auth.mode', 'ALLOW_ANONYMOUS'],
      ['payments.verify', 'ALLOW_UNSIGNED_PAYMENTS'],
    ]) {
      const line = lines.find((one) => one.startsWith(`${key} `));
      expect(line).to.match(new RegExp(`none {2}<- none .* only with ${consent}=true$`));
    }
  });

  it('never prints a secret, right or wrong', async () => {
    for (const env of [{}, { DATABASE_URL: 'mysql://o:hunter2@h/db', AMQP_URL: 'hunter2', PORT: 'abc' }]) {
      for (const args of [[], ['--json']]) {
        const { lines, notes, error } = await print(env, ...args);
        expect([...lines, ...notes, error?.message].join('\n')).not.to.include('hunter2');
      }
    }
  });

  it('says what is wrong with each key, and fails', async () => {
    const env = { PORT: 'abc', AMQP_URL: '', RELAY_BATCH_SIZE: '0' };
    const wrong = (await printed(env)).filter(({ fault }) => fault !== undefined);
    expect(wrong.map(({ key, value, fault }) => [key, value, fault])).to.deep.equal([
      ['http.port', 'abc', 'must be a whole number from 0 to 65535'],
      ['amqp.url', '', 'is not set'],
      ['relay.batchSize', '0', 'must be a whole number from 1 to 10000'],
    ]);
    const { lines, error, exitCode } = await print(env);
    expect(lines.join('\n')).to.match(
      /^http\.port +PORT +abc {2}<- must be a whole number from 0 to 65535$/m,
    );
    expect([exitCode, error?.message]).to.deep.equal([1, 'the configuration is not valid: 3 faults']);
  });

  it('warns of variables that look like ours and set nothing', async () => {
    const { notes, exitCode } = await print({
      GATEWAY_PAGESIZE: '1',
      GATEWAY_COLOUR: 'red',
      // These are not ours, and have their uses.
      HTTP_PROXY: 'http://proxy',
      GATEWAY_SERVICE_HOST: '10.0.0.1',
      DATABASE_PORT_5432_TCP_ADDR: '10.0.0.1',
      HOME: '/root',
    });
    expect(notes).to.deep.equal([
      'warning: GATEWAY_PAGESIZE sets nothing: did you mean GATEWAY_PAGE_SIZE?',
      'warning: GATEWAY_COLOUR sets nothing',
    ]);
    expect(exitCode).to.equal(0);
  });
});
