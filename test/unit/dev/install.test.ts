import { expect } from 'chai';
import { type InstallFacts, planInstall } from '../../../src/dev/install.ts';

const debian: InstallFacts = {
  platform: 'linux',
  debian: true,
  root: true,
  sudo: false,
  missing: ['postgres', 'rabbitmq'],
};

function messageFor(facts: InstallFacts): string {
  const plan = planInstall(facts);
  if (plan.kind !== 'tell') throw new Error(`it would run ${JSON.stringify(plan.commands)}`);
  return plan.message;
}

function commandsFor(facts: InstallFacts): string[] {
  const plan = planInstall(facts);
  if (plan.kind !== 'run') throw new Error(`it would say ${plan.message}`);
  return plan.commands.map((command) => command.join(' '));
}

describe('the installation of missing programs', () => {
  it('updates the package lists before it installs', () => {
    const [update, install, ...more] = commandsFor(debian);
    expect(update).to.match(/ update$/);
    expect(install).to.match(/ install -y --no-install-recommends postgresql rabbitmq-server$/);
    expect(more).to.deep.equal([]);
  });

  it('never asks a question at the terminal', () => {
    for (const command of commandsFor(debian)) expect(command).to.include('DEBIAN_FRONTEND=noninteractive');
  });

  it('installs only what is missing', () => {
    expect(commandsFor({ ...debian, missing: ['rabbitmq'] })[1])
      .to.match(/ rabbitmq-server$/)
      .and.not.match(/postgresql/);
  });

  it('goes through sudo when it is not root', () => {
    for (const command of commandsFor({ ...debian, root: false, sudo: true }))
      expect(command).to.match(/^sudo env /);
  });

  it('names the commands when it is neither root nor has sudo', () => {
    expect(messageFor({ ...debian, root: false })).to.include(
      'apt-get update && apt-get install --no-install-recommends postgresql rabbitmq-server',
    );
  });

  it('names the brew commands on macOS', () => {
    expect(messageFor({ ...debian, platform: 'darwin', debian: false })).to.include(
      'brew install postgresql@17 rabbitmq',
    );
  });

  it('says in one line what is missing on any other system', () => {
    const message = messageFor({ ...debian, debian: false });
    expect(message)
      .to.match(/^Postgres and RabbitMQ missing: /)
      .and.not.include('\n');
  });
});
