/** The page that is kept, with a service, a cache and a clock in the test's hand. */

import { expect } from 'chai';
import { createShell, type ShellRequest } from '../../../../src/console/shell/shell.ts';

const PAGE = 'https://bell.example/till/';
const HTML = '<meta name="build" content="b2">';

function build({ late = false } = {}) {
  const kept = new Map<string, Map<string, Response>>([
    ['orderbell-shell /till/ b1', new Map()],
    ['orderbell-shell / b1', new Map()],
    ['of another', new Map()],
  ]);
  const asked: string[] = [];
  const state = { answer: (): Response | Error => new Response(HTML) };
  const fetch = async (request: ShellRequest | string) => {
    const url = typeof request === 'string' ? request : request.url;
    asked.push(url);
    const answer = state.answer();
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const cacheOf = (entries: Map<string, Response>) => ({
    match: async (url: string) => entries.get(url)?.clone(),
    put: async (url: string, answer: Response) => void entries.set(url, answer),
    async addAll(urls: string[]) {
      for (const url of urls) entries.set(url, await fetch(url));
    },
  });
  const caches = {
    async open(name: string) {
      const entries = kept.get(name) ?? new Map<string, Response>();
      kept.set(name, entries);
      return cacheOf(entries) as Partial<Cache> as Cache;
    },
    keys: async () => [...kept.keys()],
    delete: async (name: string) => kept.delete(name),
  };
  const shell = createShell({
    ...{ build: 'b2', files: ['console/main-A.js'], page: new URL(PAGE), caches, fetch },
    pause: () => (late ? Promise.resolve() : new Promise(() => {})),
  });
  return { shell, kept, asked, state };
}

const navigation = (url: string): ShellRequest => ({ method: 'GET', mode: 'navigate', url });
const load = (url: string): ShellRequest => ({ method: 'GET', mode: 'cors', url });

describe('the shell of the page', () => {
  it('is the page and its files, and goes with the next build', async () => {
    const { shell, kept } = build();
    await shell.install();
    await shell.removeOld();
    expect([...kept.keys()]).to.deep.equal([
      'orderbell-shell / b1',
      'of another',
      'orderbell-shell /till/ b2',
    ]);
    const [, , entries] = [...kept.values()];
    expect([...(entries?.keys() ?? [])]).to.have.members([PAGE, `${PAGE}console/main-A.js`]);
  });

  for (const [what, answer] of [
    ['the page of another build', () => new Response('<meta name="build" content="b3">')],
    ['a refusal', () => new Response(HTML, { status: 503 })],
  ] as const) {
    it(`is not kept where the service gives ${what}`, async () => {
      const { shell, state, kept } = build();
      state.answer = answer;
      const failure = await shell.install().catch((error: unknown) => error);
      expect(failure).to.be.instanceOf(Error);
      expect([...kept.keys()]).not.to.include('orderbell-shell /till/ b2');
    });
  }

  it('is behind the page of the service while that answers', async () => {
    const { shell, state } = build();
    await shell.install();
    state.answer = () => new Response('later');
    const answer = await shell.answer(navigation(`${PAGE}?shop=corner`));
    expect(await answer?.text()).to.equal('later');
  });

  for (const [what, late, answer] of [
    ['is not there', false, () => new Error('refused')],
    ['cannot answer', false, () => new Response('bad gateway', { status: 502 })],
    ['is late', true, () => new Response('later')],
  ] as const) {
    it(`is the page where the service ${what}`, async () => {
      const { shell, state } = build({ late });
      await shell.install();
      state.answer = answer;
      const shown = shell.answer(navigation(`${PAGE}?shop=corner`));
      expect(await (await shown)?.text()).to.equal(HTML);
    });
  }

  it('has the files at once, and asks for them where they are gone', async () => {
    const { shell, kept, asked } = build();
    await shell.install();
    asked.length = 0;
    await shell.answer(load(`${PAGE}console/main-A.js`));
    expect(asked).to.deep.equal([]);
    kept.clear();
    await shell.answer(load(`${PAGE}console/main-A.js`));
    expect(asked).to.deep.equal([`${PAGE}console/main-A.js`]);
  });

  it('has no part in anything else', async () => {
    const { shell } = build();
    for (const request of [
      load(`${PAGE}shops/corner/notifications`),
      load(`${PAGE}console.json`),
      load(PAGE),
      { ...load(`${PAGE}console/main-A.js`), method: 'HEAD' },
      navigation(`${PAGE}openapi.json`),
      navigation('https://elsewhere.example/till/'),
    ]) {
      expect(shell.answer(request), request.url).to.equal(undefined);
    }
  });
});
