import { expect } from 'chai';
import { pageOf } from '../../../src/client/page.ts';

function fakeScope() {
  const document = Object.assign(new EventTarget(), { visibilityState: 'visible' });
  const scope = Object.assign(new EventTarget(), { document, navigator: { onLine: true } });
  const received: string[] = [];
  const stop = pageOf(scope).watch({
    wake: () => received.push('wake'),
    offline: () => received.push('offline'),
    hide: () => received.push('hide'),
  });
  return { scope, document, received, stop };
}

describe('what a page tells', () => {
  for (const [name, heard] of [
    ['online', 'wake'],
    ['offline', 'offline'],
    ['pageshow', 'wake'],
    ['pagehide', 'hide'],
  ] as const) {
    it(`is ${heard} at ${name} of the window`, () => {
      const { scope, received } = fakeScope();
      scope.dispatchEvent(new Event(name));
      expect(received).to.deep.equal([heard]);
    });
  }

  for (const [name, visibilityState, heard] of [
    ['visibilitychange', 'visible', 'wake'],
    ['visibilitychange', 'hidden', 'hide'],
    ['freeze', 'hidden', 'hide'],
    ['resume', 'hidden', 'wake'],
  ] as const) {
    it(`is ${heard} at ${name} of a document that is ${visibilityState}`, () => {
      const { document, received } = fakeScope();
      document.visibilityState = visibilityState;
      document.dispatchEvent(new Event(name));
      expect(received).to.deep.equal([heard]);
    });
  }

  it('is nothing more once nobody watches', () => {
    const { scope, document, received, stop } = fakeScope();
    stop();
    for (const name of ['online', 'offline', 'pageshow', 'pagehide']) scope.dispatchEvent(new Event(name));
    for (const name of ['visibilitychange', 'freeze', 'resume']) document.dispatchEvent(new Event(name));
    expect(received).to.deep.equal([]);
  });

  it('is that there is no network only where the browser says so', () => {
    expect(pageOf({ navigator: { onLine: false } }).isOffline()).to.equal(true);
    expect(pageOf({ navigator: { onLine: true } }).isOffline()).to.equal(false);
    expect(pageOf({ navigator: {} }).isOffline(), 'Node from 21 on').to.equal(false);
    expect(pageOf({}).isOffline()).to.equal(false);
  });

  it('is nothing where there is no page, as here', () => {
    const ignore = () => {};
    const stop = pageOf().watch({ wake: ignore, offline: ignore, hide: ignore });
    expect(stop).not.to.throw();
    expect(pageOf().isOffline()).to.equal(false);
  });

  it('is less in a worker, which has no document', () => {
    const scope = new EventTarget();
    const received: string[] = [];
    pageOf(scope).watch({
      wake: () => received.push('wake'),
      offline: () => received.push('offline'),
      hide: () => {},
    });
    scope.dispatchEvent(new Event('offline'));
    scope.dispatchEvent(new Event('online'));
    expect(received).to.deep.equal(['offline', 'wake']);
  });
});
