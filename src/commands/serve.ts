/** `orderbell serve`: the service, until a signal. */

import type { Command } from 'commander';
import { strangersIn } from '../config/strangers.ts';
import { AppError } from '../platform/errors.ts';
import { createLogger } from '../platform/logger.ts';
import { type CommandContext, runUntilStopped } from './context.ts';

export function addServeCommand(cli: Command, context: CommandContext): void {
  cli
    .command('serve')
    .description('run the service until SIGTERM or SIGINT')
    .option('--roles <roles>', 'any of http,relay,worker,gateway,escalator; else ROLES, else all')
    .action(async ({ roles }: { roles?: string }) => {
      const { unfit } = context;
      if (unfit !== undefined) throw new AppError('runtime-unfit', `${unfit.says}: ${unfit.todo}`);
      // Only here: the other commands work also where the binary of uWebSockets.js does not load.
      const { startApp } = await import('../service/app.ts');
      const config = context.readConfig(roles === undefined ? {} : { ROLES: roles });
      const logger = createLogger(config.log.level);
      for (const line of strangersIn(context.env)) logger.warn(line);
      const app = await startApp(config, { logger, nodeVersion: context.machine.node });
      await runUntilStopped(context, app.stop);
    });
}
