/** `orderbell serve`: the service, until a signal. */

import type { Command } from 'commander';
import { startApp } from '../app.ts';
import type { CommandContext } from './context.ts';

export function addServeCommand(cli: Command, { readConfig, onRunning }: CommandContext): void {
  cli
    .command('serve')
    .description('run the service until SIGTERM or SIGINT')
    .option('--roles <roles>', 'any of http,relay,worker,gateway; else ROLES, else all')
    .action(async ({ roles }: { roles?: string }) => {
      onRunning(await startApp(readConfig(roles === undefined ? {} : { ROLES: roles })));
    });
}
