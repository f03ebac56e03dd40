/** The `orderbell` commands: which there are, and what their exit codes mean. What they do is in `commands/`. */

import { Command, CommanderError } from 'commander';
import { addConfigCommands } from './commands/config.ts';
import type { AddCommand, CommandContext, Surface } from './commands/context.ts';
import { addDeadCommands } from './commands/dead.ts';
import { addDeliveryCommands } from './commands/deliveries.ts';
import { addDoctorCommand } from './commands/doctor.ts';
import { explainConfig } from './commands/explain-config.ts';
import { addListenCommand } from './commands/listen.ts';
import { addLogCommands } from './commands/log.ts';
import { addMigrateCommands } from './commands/migrate.ts';
import { addPairCommand } from './commands/pair.ts';
import { addPayCommands } from './commands/pay.ts';
import { addPaymentCommands } from './commands/payments.ts';
import { addPolicyCommands } from './commands/policy.ts';
import { addPresenceCommand } from './commands/presence.ts';
import { addPublishCommands } from './commands/publish.ts';
import { addReconcileCommand } from './commands/reconcile.ts';
import { addServeCommand } from './commands/serve.ts';
import { forTerminal } from './commands/terminal.ts';
import { addTillCommands } from './commands/tills.ts';
import { addTokenCommand } from './commands/token.ts';
import { addTraceCommand } from './commands/trace.ts';
import { addVapidCommand } from './commands/vapid.ts';
import { loadConfig } from './config/load.ts';
import { messageOf } from './platform/errors.ts';
import { readVersion } from './platform/version.ts';

/** In the order of `--help`. */
const COMMANDS: readonly AddCommand[] = [
  addServeCommand,
  addTokenCommand,
  addPairCommand,
  addTillCommands,
  addVapidCommand,
  addMigrateCommands,
  addPublishCommands,
  addListenCommand,
  addTraceCommand,
  addDeadCommands,
  addPaymentCommands,
  addPayCommands,
  addPolicyCommands,
  addPresenceCommand,
  addDeliveryCommands,
  addReconcileCommand,
  addLogCommands,
  addConfigCommands,
  addDoctorCommand,
];

const EXIT_CODES = `
Exit codes: 0 done; 1 failed, or the answer is no; 2 wrong usage.`;

/** Parse with `parseAsync`; a command that fails, is used wrongly or was only asked for its help rejects. */
export function createCli(surface: Surface): Command {
  const cli = new Command('orderbell')
    .description('The order bell: tells shops of paid orders and reminders.')
    .version(readVersion(), '--version', 'print the version')
    .option('--config <file>', 'a JSON file of settings, laid over those that come with the program')
    .addHelpText('afterAll', EXIT_CODES)
    .exitOverride();
  const context: CommandContext = {
    ...surface,
    print: (line) => surface.print(forTerminal(line)),
    note: (line) => surface.note(forTerminal(line)),
    readConfig: (over) => loadConfig({ ...surface.env, ...over }, cli.opts<{ config?: string }>().config),
    explainConfig: () => explainConfig(surface.env, cli.opts<{ config?: string }>().config),
  };
  for (const add of COMMANDS) add(cli, context);
  return cli;
}

/** How a rejected `parseAsync` ends the process: `message` is what was not said yet. */
export function exitOf(error: unknown): { exitCode: number; message?: string } {
  if (!(error instanceof CommanderError)) return { exitCode: 1, message: forTerminal(messageOf(error)) };
  return { exitCode: error.exitCode === 0 ? 0 : 2 };
}
