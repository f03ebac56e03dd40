/**
 * Installs the programs that a run needs and the machine lacks. Guarantees that each installation is announced first, and
 * that the exact commands are printed where a person has to run them.
 */

import { existsSync } from 'node:fs';
import { runCommand } from './command.ts';
import { StackError } from './errors.ts';
import type { ServerName } from './probes.ts';
import { which } from './programs.ts';

/** What can be installed: the servers, and the browser that the pages are tested in. */
export type ProgramName = ServerName | 'chromium';

export interface InstallFacts {
  platform: NodeJS.Platform;
  /** A Debian or one of its descendants, with apt-get. */
  debian: boolean;
  root: boolean;
  sudo: boolean;
  missing: readonly ProgramName[];
}

export type InstallPlan =
  | { kind: 'run'; packages: string[]; commands: string[][] }
  | { kind: 'tell'; message: string };

const DEBIAN_PACKAGES: Record<ProgramName, string> = {
  postgres: 'postgresql',
  rabbitmq: 'rabbitmq-server',
  chromium: 'chromium',
};
const BREW_FORMULAS: Record<ProgramName, string> = {
  postgres: 'postgresql@17',
  rabbitmq: 'rabbitmq',
  chromium: 'chromium',
};
const TITLES: Record<ProgramName, string> = {
  postgres: 'Postgres',
  rabbitmq: 'RabbitMQ',
  chromium: 'Chromium',
};
const SERVERS_OTHERWISE = 'start Docker, or set AMQP_URL and DATABASE_URL';
const BROWSER_OTHERWISE = 'or name one in CHROMIUM';

/** What to do about missing programs. Pure. */
export function planInstall(facts: InstallFacts): InstallPlan {
  const what = facts.missing.map((name) => TITLES[name]).join(' and ');
  const otherwise = facts.missing.includes('chromium') ? BROWSER_OTHERWISE : SERVERS_OTHERWISE;
  if (facts.platform === 'darwin') {
    const formulas = facts.missing.map((name) => BREW_FORMULAS[name]).join(' ');
    return { kind: 'tell', message: `${what} missing: run \`brew install ${formulas}\`, ${otherwise}` };
  }
  if (!facts.debian) {
    return { kind: 'tell', message: `${what} missing: install them with this system's tools, ${otherwise}` };
  }
  const packages = facts.missing.map((name) => DEBIAN_PACKAGES[name]);
  const apt = ['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-q', '-o', 'DPkg::Lock::Timeout=120'];
  const steps = [
    [...apt, 'update'],
    [...apt, 'install', '-y', '--no-install-recommends', ...packages],
  ];
  if (facts.root) return { kind: 'run', packages, commands: steps };
  if (facts.sudo) return { kind: 'run', packages, commands: steps.map((step) => ['sudo', ...step]) };
  const byHand = `apt-get update && apt-get install --no-install-recommends ${packages.join(' ')}`;
  return { kind: 'tell', message: `${what} missing: run as root \`${byHand}\`, ${otherwise}` };
}

/** Installs what is missing, or rejects with `programs-missing` and what to do. */
export async function installPrograms(
  missing: readonly ProgramName[],
  say: (line: string) => void,
  signal?: AbortSignal,
): Promise<void> {
  const plan = planInstall({
    platform: process.platform,
    debian: existsSync('/etc/debian_version') && which('apt-get') !== undefined,
    root: process.getuid?.() === 0,
    sudo: which('sudo') !== undefined,
    missing,
  });
  if (plan.kind === 'tell') throw new StackError('programs-missing', plan.message);
  say(
    `installing the packages ${plan.packages.join(' and ')} (only their programs are used, not their services)`,
  );
  for (const [file = '', ...args] of plan.commands) {
    signal?.throwIfAborted();
    const { code, err } = await runCommand(file, args, { visible: true });
    signal?.throwIfAborted();
    if (code === 0) continue;
    const commands = plan.commands.map((command) => command.join(' ')).join(' && ');
    throw new StackError(
      'programs-missing',
      `could not install (${err || `exit code ${code}`}); run \`${commands}\``,
    );
  }
}
