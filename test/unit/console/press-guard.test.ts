import { expect } from 'chai';
import { createPressGuard, MOVED_MS, type PressPlace } from '../../../src/console/view/press-guard.ts';

/** A page of named buttons, and a clock that the test turns. */
function createPage() {
  const places = new Map<string, PressPlace>();
  const moving = new Set<string>();
  const timers: { at: number; then: () => void }[] = [];
  let now = 0;
  const guard = createPressGuard<string>({
    placesOf: () => new Map(places),
    mark: (button, isMoving) => (isMoving ? moving.add(button) : moving.delete(button)),
    now: () => now,
    setTimer: (then, ms) => timers.push({ at: now + ms, then }),
  });
  return {
    put(button: string, y: number, byHand = false) {
      places.set(button, { x: 0, y });
      guard.look(byHand);
    },
    take(button: string) {
      places.delete(button);
      guard.look(false);
    },
    pass(ms: number) {
      now += ms;
      for (const timer of timers.filter(({ at }) => at <= now)) {
        timers.splice(timers.indexOf(timer), 1);
        timer.then();
      }
    },
    moving: () => [...moving].sort(),
  };
}

describe('the guard of presses', () => {
  it('keeps a button that has come out of reach for half a second', () => {
    const page = createPage();
    page.put('a', 0);
    page.pass(MOVED_MS - 1);
    expect(page.moving()).to.deep.equal(['a']);
    page.pass(1);
    expect(page.moving()).to.deep.equal([]);
  });

  it('keeps one out of reach that moved, and not one that stayed', () => {
    const page = createPage();
    page.put('a', 0);
    page.put('b', 100);
    page.pass(MOVED_MS);
    page.put('a', 60);
    expect(page.moving()).to.deep.equal(['a']);
  });

  it('counts from the last move', () => {
    const page = createPage();
    page.put('a', 0);
    page.pass(300);
    page.put('a', 60);
    page.pass(300);
    expect(page.moving()).to.deep.equal(['a']);
    page.pass(200);
    expect(page.moving()).to.deep.equal([]);
  });

  it('takes scrolling, and what is less than half of a button, for no move', () => {
    const page = createPage();
    page.put('a', 0);
    page.pass(MOVED_MS);
    page.put('a', 400, true);
    page.put('a', 410);
    expect(page.moving()).to.deep.equal([]);
  });

  it('takes one that was away for a new one', () => {
    const page = createPage();
    page.put('a', 0);
    page.pass(MOVED_MS);
    page.take('a');
    page.put('a', 0);
    expect(page.moving()).to.deep.equal(['a']);
  });
});
