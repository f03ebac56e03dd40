/** What a service needs to take the callbacks of a test's own providers, and how they are sent. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Callback } from '../../../src/dev/pay/wechat-callback.ts';
import { type Answer, ask } from '../http-client.ts';
import {
  API_V3_KEY,
  APP_ID,
  APPID,
  alipayNotice,
  alipayPair,
  MCHID,
  pem,
  SELLER_ID,
  SERIAL,
  trade,
  transaction,
  wechatNotice,
  wechatPair,
  wechatRefund,
} from './providers.ts';

export interface ProviderFiles {
  /** Variables of the service. */
  env: Record<string, string>;
  remove(): void;
}

export function writeProviderFiles(): ProviderFiles {
  const dir = mkdtempSync(join(tmpdir(), 'orderbell-providers-'));
  const write = (name: string, text: string) => {
    const file = join(dir, name);
    writeFileSync(file, text);
    return file;
  };
  return {
    env: {
      PAYMENTS_PROVIDERS: 'own,wechat,alipay',
      PAYMENTS_WECHAT_API_V3_KEY: API_V3_KEY,
      PAYMENTS_WECHAT_KEYS: `${SERIAL}=${write('wechat.pem', pem(wechatPair))}`,
      PAYMENTS_WECHAT_MCHID: MCHID,
      PAYMENTS_WECHAT_APPID: APPID,
      PAYMENTS_ALIPAY_PUBLIC_KEY_FILE: write('alipay.pem', pem(alipayPair)),
      PAYMENTS_ALIPAY_APP_ID: APP_ID,
      PAYMENTS_ALIPAY_SELLER_ID: SELLER_ID,
    },
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}

const send = (url: string, path: string, { headers, body }: Callback): Promise<Answer> =>
  ask(url, path, { method: 'POST', headers, body });

/** What a test says of a payment, for either provider. */
export interface PaymentFacts {
  number: string;
  transaction: string;
  /** In fen. */
  amount?: number;
  shop?: string;
}

export interface TestProvider {
  name: 'wechat' | 'alipay';
  pay(url: string, facts: PaymentFacts): Promise<Answer>;
  /** `back` is what goes back in all, in fen; `id` names the refund where the provider does. */
  refund(url: string, facts: PaymentFacts & { back: number; id?: string }): Promise<Answer>;
  /** Signed by the provider, and altered on the way. */
  forge(url: string, facts: PaymentFacts): Promise<Answer>;
  isSettled(answer: Answer): boolean;
}

const yuan = (fen: number) => `${Math.floor(fen / 100)}.${String(fen % 100).padStart(2, '0')}`;

function wechatOf({ number, transaction: transaction_id, amount = 4200, shop }: PaymentFacts): Callback {
  const attach = shop === undefined ? '' : `shop=${shop}`;
  const total = { total: amount, currency: 'CNY' };
  const resource = transaction({ out_trade_no: number, transaction_id, amount: total, attach });
  return wechatNotice(resource, { now: Date.now() });
}

function alipayOf({ number, transaction: trade_no, amount = 4200, shop }: PaymentFacts, more = {}): Callback {
  const passed = shop === undefined ? {} : { passback_params: `shop=${shop}` };
  return alipayNotice(
    trade({ out_trade_no: number, trade_no, total_amount: yuan(amount), ...passed, ...more }),
  );
}

const WECHAT = '/payments/wechat/notify';
const ALIPAY = '/payments/alipay/notify';

export const TEST_PROVIDERS: readonly TestProvider[] = [
  {
    name: 'wechat',
    pay: (url, facts) => send(url, WECHAT, wechatOf(facts)),
    refund(url, { number, transaction, amount = 4200, back, id = 'r-1' }) {
      const of = { out_trade_no: number, transaction_id: transaction, refund_id: `${transaction}-${id}` };
      const resource = wechatRefund({ ...of, amount: { total: amount, refund: back } });
      return send(url, WECHAT, wechatNotice(resource, { type: 'REFUND.SUCCESS', now: Date.now() }));
    },
    forge(url, facts) {
      const { headers, body } = wechatOf(facts);
      return send(url, WECHAT, { headers, body: Buffer.from(body.toString().replace('EV-', 'EW-')) });
    },
    isSettled: ({ status, text }) => status === 204 && text === '',
  },
  {
    name: 'alipay',
    pay: (url, facts) => send(url, ALIPAY, alipayOf(facts)),
    refund(url, { back, ...facts }) {
      const { amount = 4200 } = facts;
      const trade_status = back === amount ? 'TRADE_CLOSED' : 'TRADE_SUCCESS';
      return send(url, ALIPAY, alipayOf(facts, { refund_fee: yuan(back), trade_status }));
    },
    forge(url, facts) {
      const { headers, body } = alipayOf(facts);
      return send(url, ALIPAY, {
        headers,
        body: Buffer.from(body.toString().replace('version=1.0', 'version=1.1')),
      });
    },
    isSettled: ({ status, text }) => status === 200 && text === 'success',
  },
];
