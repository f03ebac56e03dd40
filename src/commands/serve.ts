/** `orderbell serve`: the service, until a signal. */

import type { Command } from 'commander';
import { AppError } from '../platform/errors.ts';
import { type CommandContext, runUntilStopped } from './context.ts';

export function addServeCommand(cli: Command, context: CommandContext): void {
  cli
    .command('serve')
    .description('run the service until SIGTERM or SIGINT')
    .option('--roles <roles>', 'any of http,relay,worker,gateway; else ROLES, else all')
    .action(async ({ roles }: { roles?: string }) => {
      const { unfit } = context;
      if (unfit !== undefined) throw new AppError('runtime-unfit', `${unfit.says}: ${unfit.todo}`);
      // Only here: the other commands work also where the binary of uWebSockets.js does not load.
      const { startApp } = await import('../service/app.ts');
      const app = await startApp(context.readConfig(roles === undefined ? {} : { ROLES: roles }));
      await runUntilStopped(context, app.stop);
    });
}
