/** `orderbell config print`: the settings that are in force, where each comes from, and what is wrong with them. */

import type { Command } from 'commander';
import { AppError } from '../platform/errors.ts';
import type { CommandContext } from './context.ts';
import type { ExplainedSetting } from './explain-config.ts';

export function addConfigCommands(cli: Command, { explainConfig, print, note }: CommandContext): void {
  const config = cli.command('config').description('the configuration');
  config
    .command('print')
    .summary('print every setting and where it comes from')
    .description(
      'Prints every setting, its value in force and where that comes from: the default, a file or a variable. ' +
        'Secrets are masked. Fails if the service would not start with it, and says what is wrong with each.',
    )
    .option('--json', 'one JSON object a line: key, value, source, from, fault')
    .action(({ json }: { json?: boolean }) => {
      const { settings, faults, warnings } = explainConfig();
      for (const line of json ? settings.map((one) => JSON.stringify(one)) : asTable(settings)) print(line);
      for (const warning of warnings) note(`warning: ${warning}`);
      for (const fault of faults) note(`wrong: ${fault}`);
      const wrong = settings.filter(({ fault }) => fault !== undefined).length + faults.length;
      if (wrong > 0) throw new AppError('config-invalid', `the configuration is not valid: ${wrong} faults`);
    });
}

/** The value comes last: with Chinese in it its width is not known. */
function asTable(settings: readonly ExplainedSetting[]): string[] {
  const width = (texts: readonly string[]) => Math.max(...texts.map((text) => text.length));
  const keyWidth = width(settings.map(({ key }) => key));
  const sourceWidth = width(settings.map(({ source, from }) => from ?? source));
  return settings.map(({ key, value, source, from, fault }) => {
    const wrong = fault === undefined ? '' : `  <- ${fault}`;
    return `${key.padEnd(keyWidth)}  ${(from ?? source).padEnd(sourceWidth)}  ${shown(value)}${wrong}`;
  });
}

function shown(value: unknown): string {
  if (value === '') return '-';
  return Array.isArray(value) ? value.join(',') : String(value);
}
