/**
 * What an old page gets in place of its plain WebSocket. Guarantees that each notification that is logged while the page is
 * open comes once and in order, as the plain frame that the page knows, over any number of cuts; and that the page never
 * gets `close` or `error` unless it closed the socket itself, or another page took over its `sid`.
 *
 * What another till has acknowledged while the link was away is not rung for again. Where the log became another one, what
 * follows is told from what the page has had by the ids of the events, and what is older than the page is left out.
 */

import type { AwayBar } from './away-bar.ts';
import type { Alert, Bell, State } from './types.ts';

export interface OldPageSocketOptions {
  readonly url: string;
  readonly bell: Bell;
  readonly bar: AwayBar;
  /** Milliseconds since 1970. */
  now(): number;
}

/** So many events are remembered: far more than a shop has in a day. */
const KNOWN = 10_000;

const STATES = { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 } as const;
const HANDLERS = ['open', 'message', 'close', 'error'] as const;

export class OldPageSocket extends EventTarget {
  readonly CONNECTING = STATES.CONNECTING;
  readonly OPEN = STATES.OPEN;
  readonly CLOSING = STATES.CLOSING;
  readonly CLOSED = STATES.CLOSED;
  readonly url: string;
  readonly protocol = '';
  readonly extensions = '';
  readonly bufferedAmount = 0;
  binaryType: BinaryType = 'blob';
  readyState: 0 | 1 | 2 | 3 = STATES.CONNECTING;
  onopen: ((event: Event) => void) | null = null;
  onmessage: ((event: Event) => void) | null = null;
  onclose: ((event: Event) => void) | null = null;
  onerror: ((event: Event) => void) | null = null;

  readonly #bell: Bell;
  readonly #bar: AwayBar;
  readonly #known = new Set<string>();
  /** Nothing from before is news to this page. */
  #since: number;
  #isOtherLog = false;

  constructor({ url, bell, bar, now }: OldPageSocketOptions) {
    super();
    this.url = url;
    this.#bell = bell;
    this.#bar = bar;
    this.#since = now();
    for (const name of HANDLERS) this.addEventListener(name, (event) => this[`on${name}`]?.(event));
    bell.on('state', (state) => this.#follow(state));
    bell.on('notification', (alert) => this.#handOn(alert));
    bell.on('gap', ({ missing }) => {
      if (missing === undefined) this.#isOtherLog = true;
    });
  }

  /** The service has no use for what an old page sends. */
  send(): void {
    if (this.readyState === STATES.CONNECTING) {
      throw new DOMException('the socket is not open yet', 'InvalidStateError');
    }
  }

  close(): void {
    if (this.readyState === STATES.CLOSED) return;
    this.readyState = STATES.CLOSING;
    this.#bell.close();
  }

  #follow({ name, reason }: State): void {
    this.#bar.show(this, name !== 'live' && name !== 'closed');
    if (name === 'live') {
      this.#isOtherLog = false;
      if (this.readyState !== STATES.CONNECTING) return;
      this.readyState = STATES.OPEN;
      this.dispatchEvent(new Event('open'));
    } else if (name === 'closed') {
      this.readyState = STATES.CLOSED;
      const code = reason === 'replaced' ? 4001 : 1000;
      // In a turn of its own, as the browser does it: the page that closes may set its handler after.
      queueMicrotask(() => this.dispatchEvent(new CloseEvent('close', { code, wasClean: true })));
    }
  }

  #handOn({ eventId, type, orderId, content, occurredAt, ackedBy }: Alert): void {
    const event = `${orderId} ${eventId}`;
    if (this.#known.has(event)) return;
    const at = Date.parse(occurredAt);
    const isOld = this.#isOtherLog && at < this.#since;
    if (isOld || ackedBy !== undefined) return;
    this.#known.add(event);
    const [oldest = ''] = this.#known;
    if (this.#known.size > KNOWN) this.#known.delete(oldest);
    const frame = JSON.stringify({ type, orderId, content });
    this.dispatchEvent(new MessageEvent('message', { data: frame, origin: new URL(this.url).origin }));
  }
}
