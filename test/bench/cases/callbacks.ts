/**
 * Callbacks of payment providers, each of an order of its own: how many a second one process records, and which share of its
 * time the check of what was signed takes. Our own form is the control.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../../src/config/load.ts';
import { openSimulatedProviders } from '../../../src/dev/pay/simulated-providers.ts';
import type { Callback } from '../../../src/dev/pay/wechat-callback.ts';
import type { PaymentProvider } from '../../../src/domain/payment-provider.ts';
import { envelopeReply } from '../../../src/http/payment-reply.ts';
import { signPayment } from '../../../src/payments/own-signature.ts';
import { openProviders } from '../../../src/service/payment-providers.ts';
import { type Case, createFigures, onStage, type World } from '../world.ts';

const SECRET = 'the secret of the callbacks of a benchmark';
const CONCURRENCY = 32;
const CHECKS = 2_000;

type Make = (number: string, now: number) => Callback;

export const callbacks: Case = {
  name: 'callbacks',
  async run(world) {
    const figures = createFigures('payment callbacks');
    const dir = mkdtempSync(join(tmpdir(), 'orderbell-bench-payments-'));
    try {
      const simulated = openSimulatedProviders(dir);
      const env = { ...simulated.env, PAYMENTS_VERIFY: 'hmac', PAYMENTS_SECRETS: SECRET };
      const { payments } = loadConfig({ ...env, DATABASE_URL: 'postgres://x/x', AMQP_URL: 'amqp://x' });
      const makers: Record<PaymentProvider['name'], Make> = {
        own: ownCallback,
        wechat: (number, now) => simulated.wechat(paymentOf(number), now),
        alipay: (number, now) => simulated.alipay(paymentOf(number), now),
      };
      for (const provider of openProviders(payments, envelopeReply)) {
        for (let repetition = 0; repetition < world.repetitions; repetition++) {
          world.say(`callbacks, ${provider.name}`);
          const micros = checkMicros(provider, makers[provider.name]);
          const perSecond = await measure(world, env, provider, makers[provider.name]);
          figures.add('recorded', provider.name, 'per s', perSecond);
          figures.add('the check of one', provider.name, 'µs', micros);
          figures.add(
            'the share of the checks in a second',
            provider.name,
            '%',
            (perSecond * micros) / 10_000,
          );
        }
      }
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
    return figures.all;
  },
};

const paymentOf = (number: string) => ({ number, amount: 4200, transaction: `tx-${number}` });

function ownCallback(number: string, now: number): Callback {
  const body = Buffer.from(
    JSON.stringify({ outTradeNo: number, amount: 4200, transactionId: `tx-${number}` }),
  );
  const headers = { 'orderbell-signature': signPayment(body, SECRET, Math.floor(now / 1000)) };
  return { headers, body };
}

function checkMicros(provider: PaymentProvider, make: Make): number {
  const now = Date.now();
  const { headers, body } = make('one', now);
  let started = 0;
  for (let times = -CHECKS / 10; times < CHECKS; times++) {
    if (times === 0) started = performance.now();
    if (!provider.read(headers, body, now).ok) throw new Error(`${provider.name} refuses its own`);
  }
  return ((performance.now() - started) * 1000) / CHECKS;
}

async function measure(
  world: World,
  env: Record<string, string>,
  { route }: PaymentProvider,
  make: Make,
): Promise<number> {
  return onStage(world, async (stage) => {
    const tenant = await stage.tenant();
    const limits = { LIMITS_REQUESTS_PER_SECOND: '0', LIMITS_CONNECTS_PER_SECOND: '0' };
    const bell = await stage.bell({ env: { ...tenant.env, ...env, ...limits } });
    const count = world.pick(1_000, 10_000);
    const numbers = Array.from({ length: count }, (_, index) => `c-${index}`);
    await inParallel(numbers, (number) =>
      post(`${bell.url}/orders`, {
        headers: {},
        body: Buffer.from(JSON.stringify({ number, amount: 4200 })),
      }),
    );
    const made = numbers.map((number) => make(number, Date.now()));
    const started = performance.now();
    await inParallel(made, (callback) => post(`${bell.url}${route}`, callback));
    return (count * 1000) / (performance.now() - started);
  });
}

async function post(url: string, { headers, body }: Callback): Promise<void> {
  const response = await fetch(url, { method: 'POST', headers, body: new Uint8Array(body) });
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  await response.arrayBuffer();
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = items.values();
  await Promise.all(
    Array.from({ length: CONCURRENCY }, async () => {
      for (const item of left) await work(item);
    }),
  );
}
