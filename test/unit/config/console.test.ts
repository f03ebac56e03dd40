import { expect } from 'chai';
import { loadConfig } from '../../../src/config/load.ts';
import { AppError } from '../../../src/platform/errors.ts';

const SERVERS = { DATABASE_URL: 'postgres://o:x@localhost/o', AMQP_URL: 'amqp://localhost' };

const load = (url: string) => loadConfig({ ...SERVERS, CONSOLE_ORDER_URL: url }).console.orderUrl;

function faultOf(url: string): string {
  try {
    load(url);
  } catch (error) {
    if (error instanceof AppError) return error.message;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('the address of orders in the console', () => {
  it('is any of the web with the place of the id, or none', () => {
    expect(loadConfig(SERVERS).console.orderUrl).to.equal('');
    for (const url of [
      'https://pos.example/#/order?id={orderId}',
      'http://10.0.0.5:8080/shops/{shopId}/orders/{orderId}',
      'https://pos.example:8443/{orderId}?again={orderId}',
    ]) {
      expect(load(url)).to.equal(url);
    }
  });

  const WRONG: readonly [url: string, rule: string][] = [
    ['javascript:alert({orderId})', 'must be an http:// or https:// URL'],
    ['https:///{orderId}', 'must be an http:// or https:// URL'],
    ['pos.example/{orderId}', 'must be an http:// or https:// URL'],
    ['https://pos.example/a b/{orderId}', 'must be an http:// or https:// URL'],
    ['https://pos.example/#/order', 'must contain {orderId}'],
    ['https://pos.example/{orderid}', 'must contain {orderId}'],
    ['https://pos.example/{orderId}/{number}', 'and nothing else'],
    ['https://{orderId}.example/', 'placeholder in its host'],
    ['https://{shopId}.example/{orderId}', 'placeholder in its host'],
    ['https://user:word@pos.example/{orderId}', 'neither a user'],
    ['https://pos.example:99999/{orderId}', 'is no URL'],
  ];
  for (const [url, rule] of WRONG) {
    it(`is refused by its rule, with the key and the variable: ${url}`, () => {
      const fault = faultOf(url);
      expect(fault).to.contain('console.orderUrl (CONSOLE_ORDER_URL): ').and.contain(rule);
      expect(fault, 'a secret').not.to.contain('word');
    });
  }
});
