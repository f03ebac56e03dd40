/**
 * Keeps a finger from pressing what has just moved under it: a button that came or moved is out of the pointer's reach for
 * half a second. Guarantees that this holds from the moment of the move on, since a move is seen before the browser takes
 * the next press. Scrolling is the person's own: it moves nothing away. The keyboard does not aim, and is not kept waiting.
 */

export interface PressPlace {
  readonly x: number;
  readonly y: number;
}

export interface PressGuard {
  /** To be called when something may have moved; `byHand` where the person has moved it. */
  look(byHand: boolean): void;
}

export interface PressGuardOptions<B> {
  /** All that can be pressed, and where it is. */
  placesOf(): ReadonlyMap<B, PressPlace>;
  mark(button: B, isMoving: boolean): void;
  /** Milliseconds of a clock that never jumps. */
  now(): number;
  setTimer(then: () => void, ms: number): void;
}

export const MOVED_MS = 500;
/** Less than half of a button: what was aimed at is still under the finger. */
const NEAR_PX = 16;

export function createPressGuard<B>({ placesOf, mark, now, setTimer }: PressGuardOptions<B>): PressGuard {
  let places: ReadonlyMap<B, PressPlace> = new Map();
  /** When each last moved, by the clock. */
  const moving = new Map<B, number>();

  function release(): void {
    for (const [button, movedAt] of moving) {
      if (now() - movedAt < MOVED_MS) continue;
      moving.delete(button);
      mark(button, false);
    }
  }
  return {
    look(byHand) {
      const next = placesOf();
      const moved = [...next].filter(([button, place]) => isElsewhere(places.get(button), place, byHand));
      places = next;
      for (const [button] of moved) {
        moving.set(button, now());
        mark(button, true);
      }
      if (moved.length > 0) setTimer(release, MOVED_MS);
    },
  };
}

function isElsewhere(before: PressPlace | undefined, { x, y }: PressPlace, byHand: boolean): boolean {
  if (before === undefined) return true;
  return !byHand && Math.max(Math.abs(before.x - x), Math.abs(before.y - y)) > NEAR_PX;
}

/** Under what a press acts on an alert. */
const PRESSED = 'main > :not([hidden]) :is(button, a), .banner button, .undo button';

/** Watches the page for as long as it lives. The style sheet keeps the pointer off what has `data-moving`. */
export function guardPresses(page: HTMLElement): void {
  const guard = createPressGuard<HTMLElement>({
    placesOf() {
      const shown = [...page.querySelectorAll<HTMLElement>(PRESSED)].flatMap((button) => {
        const { x, y, width } = button.getBoundingClientRect();
        return width === 0 ? [] : [[button, { x, y }] as const];
      });
      return new Map(shown);
    },
    mark: (button, isMoving) => button.toggleAttribute('data-moving', isMoving),
    now: () => performance.now(),
    setTimer: (then, ms) => void setTimeout(then, ms),
  });
  const look = () => guard.look(false);
  // It runs in the turn of the change: no press comes between.
  new MutationObserver(look).observe(page, {
    subtree: true,
    childList: true,
    characterData: true,
    attributeFilter: ['hidden', 'class', 'open', 'inert', 'data-open', 'data-drawer'],
  });
  window.addEventListener('resize', look);
  document.addEventListener('scroll', () => guard.look(true), { capture: true, passive: true });
}
