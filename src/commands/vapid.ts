/** `orderbell vapid`: a pair of keys for Web Push. Asks no server. */

import type { Command } from 'commander';
import webPush from 'web-push';
import type { CommandContext } from './context.ts';

export function addVapidCommand(cli: Command, { print }: CommandContext): void {
  cli
    .command('vapid')
    .description('make a pair of keys for Web Push, as settings')
    .option('--json', 'one JSON object: publicKey, privateKey')
    .action(({ json }: { json?: boolean }) => {
      const keys = webPush.generateVAPIDKeys();
      const settings = [
        `ESCALATION_VAPID_PUBLIC_KEY=${keys.publicKey}`,
        `ESCALATION_VAPID_PRIVATE_KEY=${keys.privateKey}`,
      ];
      for (const line of json ? [JSON.stringify(keys)] : settings) print(line);
    });
}
