/**
 * The browser client's surroundings, all of them fake and in the test's hand: the clocks, chance, the page, and sockets
 * that do what the test says. Fake because no real socket can be made to repeat, hold back or lose a frame at will, and
 * no real clock stands still while a laptop sleeps. Against the real service it is tested in test/e2e/client-*.
 */

import type { PageSignalListener } from '../../src/client/page.ts';
import type { WebSocketLike } from '../../src/client/types.ts';
import { TIMINGS, type World } from '../../src/client/world.ts';

type Heard = { data: unknown; code: number };

/** A socket of the page, and at the same time the service behind it. */
export class FakeSocket implements WebSocketLike {
  readonly url: URL;
  readonly protocols: readonly string[];
  /** What the page sent, parsed. */
  readonly sent: unknown[] = [];
  readyState = 0;
  /** The code that the page closed it with. */
  closedWith: number | undefined;
  readonly #listeners: { name: string; listener: (event: Heard) => void }[] = [];

  constructor(url: string, protocols: readonly string[]) {
    this.url = new URL(url);
    this.protocols = protocols;
  }

  get query(): Record<string, string> {
    return Object.fromEntries(this.url.searchParams);
  }

  get isClosed(): boolean {
    return this.readyState > 1;
  }

  addEventListener(name: string, listener: (event: Heard) => void): void {
    this.#listeners.push({ name, listener });
  }

  send(text: string): void {
    if (this.readyState !== 1) throw new Error('sent on a socket that is not open');
    this.sent.push(JSON.parse(text));
  }

  /** By the page. As in a browser, it hears of that, and of frames that were on their way, later or never. */
  close(code?: number): void {
    this.readyState = 2;
    this.closedWith = code;
  }

  opens(): this {
    this.readyState = 1;
    this.#emit('open');
    return this;
  }

  /** Objects are sent as JSON, anything else as it is. */
  says(...frames: unknown[]): this {
    for (const frame of frames) {
      const data = typeof frame === 'object' && frame !== null ? JSON.stringify(frame) : frame;
      this.#emit('message', { data });
    }
    return this;
  }

  ends(code = 1006): void {
    this.readyState = 3;
    this.#emit('close', { code });
  }

  #emit(name: string, event: Partial<Heard> = {}): void {
    for (const kept of [...this.#listeners])
      if (kept.name === name) kept.listener({ data: '', code: 0, ...event });
  }
}

export class FakeWorld implements World {
  readonly timings = TIMINGS;
  readonly sockets: FakeSocket[] = [];
  readonly errors: unknown[] = [];
  readonly page;
  /** What `random` gives. */
  chance = 0.5;
  isOffline = false;
  /** What the page was told last; undefined once nobody watches. */
  listener: PageSignalListener | undefined;
  /** What `open` throws. */
  refusal: Error | undefined;
  #steady = 1_000;
  #wall = 1_700_000_000_000;
  readonly #timers = new Set<{ at: number; call: () => void }>();

  constructor() {
    this.page = {
      isOffline: () => this.isOffline,
      watch: (listener: PageSignalListener) => {
        this.listener = listener;
        return () => {
          this.listener = undefined;
        };
      },
    };
  }

  readonly steadyNow = () => this.#steady;
  readonly wallNow = () => this.#wall;
  readonly random = () => this.chance;
  readonly report = (error: unknown) => void this.errors.push(error);

  readonly after = (ms: number, call: () => void) => {
    const timer = { at: this.#steady + ms, call };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  };

  readonly open = (url: string, protocols: string[]): FakeSocket => {
    if (this.refusal !== undefined) throw this.refusal;
    const socket = new FakeSocket(url, protocols);
    this.sockets.push(socket);
    return socket;
  };

  /** The socket that was opened last. */
  get socket(): FakeSocket {
    const socket = this.sockets.at(-1);
    if (socket === undefined) throw new Error('no socket was opened');
    return socket;
  }

  get timersSet(): number {
    return this.#timers.size;
  }

  /** Lets so much time pass, and what is due in it happen, at its moment. */
  async pass(ms: number): Promise<void> {
    const end = this.#steady + ms;
    await turn();
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#advance(next.at - this.#steady);
      this.#timers.delete(next);
      next.call();
      await turn();
    }
    this.#advance(end - this.#steady);
  }

  /** The machine sleeps, or the browser holds all timers back: no timer runs; one of the clocks may stand still. */
  sleep(ms: number, { steadyClockToo = true } = {}): void {
    if (steadyClockToo) this.#steady += ms;
    this.#wall += ms;
  }

  /** Somebody sets the clock. */
  setClock(byMs: number): void {
    this.#wall += byMs;
  }

  #next(end: number) {
    return [...this.#timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
  }

  #advance(ms: number): void {
    // What was due while the machine slept is late, and takes no time back.
    this.#steady += Math.max(0, ms);
    this.#wall += Math.max(0, ms);
  }
}

/** Lets promises settle. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
