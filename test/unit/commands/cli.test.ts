/** What holds for every command: its help, and what its exit code says. */

import { expect } from 'chai';
import { allCommands, runCli } from '../../support/cli.ts';

describe('orderbell', () => {
  for (const { words, command } of allCommands()) {
    it(`says what \`orderbell ${words.join(' ')}\` does, what each option means, and the exit codes`, async () => {
      const { lines, exitCode } = await runCli([...words, '--help'], {});
      const help = lines.join('\n');
      expect(help).to.match(new RegExp(`^Usage: orderbell ${words.join(' ')}`));
      expect(help).to.include('Exit codes: 0 done; 1 failed, or the answer is no; 2 wrong usage.');
      expect(exitCode).to.equal(0);
      expect(command.description()).not.to.equal('');
      for (const { long, description } of command.options) expect(description, long).not.to.equal('');
    });
  }

  for (const args of [
    [],
    ['nothing'],
    ['dead'],
    ['dead', 'list', '--nothing'],
    ['dead', 'purge'],
    ['dead', 'show'],
  ]) {
    it(`is used wrongly, which is 2, as \`orderbell ${args.join(' ')}\``, async () => {
      const { notes, lines, exitCode } = await runCli(args, {});
      expect(exitCode).to.equal(2);
      expect(lines).to.deep.equal([]);
      expect(notes).not.to.deep.equal([]);
    });
  }

  it('fails, which is 1, with a configuration that is not valid', async () => {
    const { error, exitCode } = await runCli(['reconcile'], { env: { AMQP_URL: '' } });
    expect(error?.message).to.match(/^the configuration is not valid: amqp\.url \(AMQP_URL\)/);
    expect(exitCode).to.equal(1);
  });

  it('fails, which is 1, where a server cannot be reached', async () => {
    for (const args of [['migrate', 'up'], ['migrate', 'down'], ['migrate', 'status'], ['reconcile']]) {
      const { error, exitCode } = await runCli(args, {});
      expect(error?.message, args.join(' ')).to.match(/^Postgres: .*ECONNREFUSED/);
      expect(exitCode).to.equal(1);
    }
  });
});
