import { expect } from 'chai';
import { createSettingsReader } from '../../../src/console/shop/request-settings.ts';

const base = new URL('https://bell.example/under/');

function reader(answer: () => Response) {
  const asked: string[] = [];
  const read = createSettingsReader({
    base,
    fetch: async (url) => {
      asked.push(String(url));
      return answer();
    },
  });
  return { asked, read };
}

const json = (data: unknown, status = 200) =>
  new Response(JSON.stringify({ code: 1, msg: null, data }), { status });

describe('the settings that the service has for the console', () => {
  it('are read from beside the page, once for all who ask at the same time', async () => {
    const { asked, read } = reader(() => json({ vapidPublicKey: 'key', orderUrl: 'https://a/{orderId}' }));
    const [first, second] = await Promise.all([read(), read()]);
    expect(first).to.deep.equal({ vapidPublicKey: 'key', orderUrl: 'https://a/{orderId}' });
    expect(second).to.equal(first);
    expect(asked).to.deep.equal(['https://bell.example/under/console.json']);
    await read();
    expect(asked).to.have.length(2);
  });

  it('are none where the service has none, also one of an earlier version', async () => {
    const none = { vapidPublicKey: undefined, orderUrl: undefined };
    for (const data of [{ vapidPublicKey: null, orderUrl: null }, {}, null]) {
      expect(await reader(() => json(data)).read()).to.deep.equal(none);
    }
  });

  it('are not taken from an error, and are asked for again after one', async () => {
    let status = 503;
    const { read } = reader(() => json({ orderUrl: 'https://a/{orderId}' }, status));
    expect(await read().catch(({ message }: Error) => message)).to.contain('503');
    status = 200;
    expect((await read()).orderUrl).to.equal('https://a/{orderId}');
  });
});
