/**
 * Pays an order of `make run` as WeChat Pay or Alipay would, for `orderbell pay`. The keys are those that `make run` gave to the
 * service. Not part of the production build: the command loads it where it is there.
 */

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PayOptions, SimulatePayment } from '../../commands/pay.ts';
import { openSimulatedProviders, type SimulatedPayment } from './simulated-providers.ts';

const project = fileURLToPath(new URL('../../../', import.meta.url));

export const simulatePayment: SimulatePayment = async (provider, options, env) => {
  const dir = env.ORDERBELL_LOCAL_DIR || `${project}.local`;
  const providers = openSimulatedProviders(join(dir, 'payments'));
  const { headers, body } = providers[provider](paymentOf(provider, options), Date.now());
  const url = `${options.url ?? `http://localhost:${env.PORT || '8080'}`}/payments/${provider}/notify`;
  const send = async () => {
    const reply = await fetch(url, { method: 'POST', headers, body: new Uint8Array(body) });
    const text = await reply.text();
    // Alipay reads the word alone.
    const isSettled = reply.ok && (provider !== 'alipay' || text === 'success');
    return { isSettled, answer: `${reply.status} ${text}`.trimEnd() };
  };
  return Promise.all(Array.from({ length: options.copies }, send));
};

function paymentOf(
  provider: string,
  { order, amount, transaction, shop, refund }: PayOptions,
): SimulatedPayment {
  return {
    number: order,
    amount,
    transaction: transaction ?? `${provider}-${order}`,
    ...(shop === undefined ? {} : { shop }),
    ...(refund === undefined ? {} : { refund }),
  };
}
