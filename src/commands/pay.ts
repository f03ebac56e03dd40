/**
 * `orderbell pay`: for development, a payment as WeChat Pay or Alipay would send it. What sends it lies outside the production
 * build, and is loaded from a checkout of the sources only.
 */

import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { AppError } from '../platform/errors.ts';
import type { CommandContext } from './context.ts';
import { readCount } from './option-values.ts';

export interface PayOptions {
  order: string;
  amount: number;
  transaction?: string;
  shop?: string;
  refund?: number;
  copies: number;
  url?: string;
}

const PAYING = ['wechat', 'alipay'] as const;

/** Resolves with how the service has answered each copy. */
export type SimulatePayment = (
  provider: (typeof PAYING)[number],
  options: PayOptions,
  env: Readonly<Record<string, string | undefined>>,
) => Promise<{ isSettled: boolean; answer: string }[]>;

/** Beside the built program there is none. */
const SIMULATOR = new URL('../dev/pay/simulate-payment.ts', import.meta.url);

export function addPayCommands(cli: Command, { env, print }: CommandContext): void {
  const pay = cli.command('pay').description('in a checkout only: pay an order of `make run`');
  for (const provider of PAYING) {
    pay
      .command(provider)
      .description('send the callback that this provider would send, signed with keys of `make run`')
      .requiredOption('--order <number>', 'the number of the order')
      .option('--amount <fen>', 'what is paid for it', readCount, 4200)
      .option('--transaction <id>', "the provider's name of the payment; else the same for the same order")
      .option('--shop <id>', 'the shop, where several have an order of that number')
      .option('--refund <fen>', 'so much goes back, instead of being paid', readCount)
      .option('--copies <n>', 'the same callback so often, all at once', readCount, 1)
      .option('--url <url>', 'of the service; else this machine and PORT')
      .action(async (options: PayOptions) => {
        const simulatePayment = await loadSimulator(SIMULATOR);
        const answers = await simulatePayment(provider, options, env);
        for (const { answer } of answers) print(answer);
        if (answers.some(({ isSettled }) => !isSettled)) {
          throw new AppError('check-failed', 'the service did not take the callback');
        }
      });
  }
}

/** Throws where the program is a built one. */
export async function loadSimulator(file: URL): Promise<SimulatePayment> {
  if (!existsSync(file)) {
    throw new AppError(
      'not-found',
      'pay is for development: run it in a checkout of the sources, by npx tsx src/main.ts pay',
    );
  }
  const loaded: { simulatePayment: SimulatePayment } = await import(file.href);
  return loaded.simulatePayment;
}
