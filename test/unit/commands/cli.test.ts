/** What holds for every command: its help, and what its exit code says. */

import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { packageFile } from '../../../src/platform/version.ts';
import { allCommands, runCli } from '../../support/cli.ts';

const repository = new URL('../../../', import.meta.url);

describe('orderbell', () => {
  it('prints the version of package.json and nothing else', async () => {
    const { version } = JSON.parse(readFileSync(new URL('package.json', repository), 'utf8'));
    const { lines, notes, exitCode } = await runCli(['--version'], {});
    expect(lines.join('\n')).to.equal(`${version}\n`);
    expect(notes).to.deep.equal([]);
    expect(exitCode).to.equal(0);
  });

  it('finds package.json beside the sources, and beside what they were built into', () => {
    for (const file of ['src/platform/version.ts', 'dist/src/platform/version.js']) {
      expect(packageFile(new URL(file, repository).href).href).to.equal(
        new URL('package.json', repository).href,
      );
    }
  });

  it('has in package.json, the lock file, the changelog and the manifests the same version', () => {
    const read = (name: string) => readFileSync(new URL(name, repository), 'utf8');
    const { version } = JSON.parse(read('package.json'));
    const lock = JSON.parse(read('package-lock.json'));
    expect([lock.version, lock.packages[''].version]).to.deep.equal([version, version]);
    const [, newest] = /^## \[(\d[^\]]*)\] - \d{4}-\d{2}-\d{2}$/m.exec(read('CHANGELOG.md')) ?? [];
    expect(newest).to.equal(version);
    for (const file of ['README.md', 'kustomization.yaml', 'migration/kustomization.yaml']) {
      expect(read(`config/kubernetes/${file}`), file).to.match(new RegExp(`newTag: ${version}\\b`));
    }
  });

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
