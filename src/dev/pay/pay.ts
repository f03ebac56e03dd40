/**
 * Pays an order of `make run` as WeChat Pay or Alipay would: `npx tsx src/dev/pay/pay.ts wechat --order <number>`. The keys are
 * those that `make run` gave to the service. Not part of the production build.
 */

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { readCount } from '../../commands/option-values.ts';
import { openSimulatedProviders, type SimulatedPayment } from './simulated-providers.ts';

interface PayOptions {
  order: string;
  amount: number;
  transaction?: string;
  shop?: string;
  refund?: number;
  copies: number;
  url: string;
}

const project = fileURLToPath(new URL('../../../', import.meta.url));
const dir = process.env.ORDERBELL_LOCAL_DIR || `${project}.local`;

const cli = new Command('pay').description(
  'Pays an order as a payment provider would, with keys of our own.',
);
for (const provider of ['wechat', 'alipay'] as const) {
  cli
    .command(provider)
    .requiredOption('--order <number>', 'the number of the order')
    .option('--amount <fen>', 'what is paid for it', readCount, 4200)
    .option('--transaction <id>', "the provider's name of the payment; else the same for the same order")
    .option('--shop <id>', 'the shop, where several have an order of that number')
    .option('--refund <fen>', 'so much goes back, instead of being paid', readCount)
    .option('--copies <n>', 'the same callback so often, all at once', readCount, 1)
    .option('--url <url>', 'of the service', `http://localhost:${process.env.PORT || '8080'}`)
    .action(async ({ order, amount, transaction, shop, refund, copies, url }: PayOptions) => {
      const payment: SimulatedPayment = {
        number: order,
        amount,
        transaction: transaction ?? `${provider}-${order}`,
        ...(shop === undefined ? {} : { shop }),
        ...(refund === undefined ? {} : { refund }),
      };
      const { headers, body } = openSimulatedProviders(join(dir, 'payments'))[provider](payment, Date.now());
      const send = async () => {
        const reply = await fetch(`${url}/payments/${provider}/notify`, {
          method: 'POST',
          headers,
          body: new Uint8Array(body),
        });
        console.log(`${reply.status} ${await reply.text()}`.trimEnd());
        return reply.ok;
      };
      const settled = await Promise.all(Array.from({ length: copies }, send));
      if (settled.includes(false)) process.exitCode = 1;
    });
}
await cli.parseAsync();
