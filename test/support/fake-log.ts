/**
 * Fakes of what a shop feed stands between: a log in memory instead of Postgres, topics that write down what is
 * published instead of uWebSockets.js. Reads can be held back, made to fail, and answered from an old snapshot.
 */

import type { LogPage, LogState, OpenedLog } from '../../src/domain/log.ts';
import type { LoggedNotification, LoggedReceipt } from '../../src/domain/notification.ts';
import type { LogReader } from '../../src/gateway/feed/log-reader.ts';
import type { Topics } from '../../src/gateway/feed/shop-topics.ts';

export const SHOP = 'corner';

export function notification(seq: number, over: Partial<LoggedNotification> = {}): LoggedNotification {
  const occurredAt = '2025-03-06T17:14:35.000Z';
  const content = `订单号： ${seq}`;
  return {
    shopId: SHOP,
    seq,
    eventId: `event-${seq}`,
    type: 1,
    orderId: 1000 + seq,
    content,
    occurredAt,
    ...over,
  };
}

export function receipt(n: number, seq: number, sid = 'till-1'): LoggedReceipt {
  return { shopId: SHOP, n, seq, sid, reason: 'acknowledged', at: '2025-03-06T17:15:00.000Z' };
}

export class FakeLog implements LogReader {
  state: LogState = { epoch: 'first', head: 0, oldest: 1, receipts: 0 };
  notifications: LoggedNotification[] = [];
  kept: LoggedReceipt[] = [];
  /** What was asked, as `page 3`. */
  readonly asked: string[] = [];
  /** Awaited by each read, before it looks and again before it answers. */
  gate: () => Promise<void> = async () => {};
  now = () => performance.now();
  readonly #eventOf = new Map<string, LoggedNotification>();
  readonly #storedAt = new Map<string, number>();
  #reading = 0;
  /** The most reads of gaps that were under way at once. */
  mostReading = 0;

  append(count = 1): LoggedNotification[] {
    return Array.from({ length: count }, () => this.add(`event-${this.state.head + 1}`));
  }

  /** Logs one event, as if it had been stored at that time. One that comes again is of the order that it was of. */
  add(eventId: string, storedAt = this.now()): LoggedNotification {
    const seq = ++this.state.head;
    const { orderId } = this.#eventOf.get(eventId) ?? notification(seq);
    const added = notification(seq, { eventId, orderId });
    this.#eventOf.set(eventId, added);
    this.notifications.push(added);
    this.#storedAt.set(eventId, storedAt);
    return added;
  }

  /** The receipt, or undefined where there is one. */
  acknowledge(seq: number, sid = 'till-1'): LoggedReceipt | undefined {
    if (this.kept.some((one) => one.seq === seq)) return undefined;
    const made = receipt(++this.state.receipts, seq, sid);
    this.kept.push(made);
    return made;
  }

  /** Retention: all below `oldest` go, with their receipts. */
  keepFrom(oldest: number): void {
    this.state.oldest = oldest;
    this.notifications = this.notifications.filter(({ seq }) => seq >= oldest);
    this.kept = this.kept.filter(({ seq }) => seq >= oldest);
  }

  /** Another log in the place of this one. */
  replace(epoch: string, length: number): void {
    this.state = { epoch, head: 0, oldest: 1, receipts: 0 };
    this.notifications = [];
    this.kept = [];
    for (let seq = 1; seq <= length; seq++) this.add(`${epoch}-${seq}`, Number.NEGATIVE_INFINITY);
  }

  /** Another log that begins with the first `length` of this one, as a standby or a backup has them. */
  forkAt(length: number, epoch: string): void {
    this.state = { ...this.state, epoch, head: length };
    this.notifications = this.notifications.slice(0, length);
    this.kept = this.kept.filter(({ seq }) => seq <= length);
    this.state.receipts = this.kept.at(-1)?.n ?? 0;
  }

  async stateAgo(_: string, ms: number): Promise<LogState> {
    const then = this.now() - ms;
    return this.#answer('ago', () => ({
      ...this.state,
      head:
        this.notifications.findLast(({ eventId }) => (this.#storedAt.get(eventId) ?? 0) < then)?.seq ??
        this.state.oldest - 1,
    }));
  }

  async open(shopId: string): Promise<OpenedLog> {
    return this.#answer(`open ${shopId}`, () => this.opened());
  }

  /** What `open` answers. */
  opened(): OpenedLog {
    const { head } = this.state;
    const last = this.notifications.find(({ seq }) => seq === head);
    return {
      ...this.state,
      open: this.openFrom(),
      ...(last && { lastEvent: { orderId: last.orderId, eventId: last.eventId } }),
    };
  }

  openFrom(): number {
    const isDone = new Set(this.kept.map(({ seq }) => seq));
    return this.notifications.find(({ seq }) => !isDone.has(seq))?.seq ?? this.state.head + 1;
  }

  async find(shopId: string): Promise<LogState | undefined> {
    return (await this.states([shopId])).get(shopId);
  }

  async states(shopIds: readonly string[]): Promise<Map<string, LogState>> {
    return this.#answer('states', () => new Map(shopIds.map((id) => [id, { ...this.state }])));
  }

  async page(_: string, since: number, limit: number): Promise<LogPage> {
    return this.#counted(`page ${since}`, () => ({
      ...this.state,
      open: this.openFrom(),
      notifications: this.notifications
        .filter(({ seq }) => seq > since)
        .slice(0, limit)
        .map((row) => this.#withReceipt(row)),
    }));
  }

  async receipts(_: string, since: number, limit: number): Promise<LoggedReceipt[]> {
    return this.#counted(`receipts ${since}`, () => this.kept.filter(({ n }) => n > since).slice(0, limit));
  }

  #withReceipt(row: LoggedNotification): LoggedNotification {
    const found = this.kept.find(({ seq }) => seq === row.seq);
    return found === undefined ? row : { ...row, ackedBy: found.sid, ackedAt: found.at };
  }

  async #counted<T>(question: string, look: () => T): Promise<T> {
    this.mostReading = Math.max(this.mostReading, ++this.#reading);
    try {
      return await this.#answer(question, look);
    } finally {
      this.#reading--;
    }
  }

  async #answer<T>(question: string, look: () => T): Promise<T> {
    this.asked.push(question);
    await this.gate();
    const answer = look();
    await this.gate();
    return answer;
  }
}

/** Writes down what is published; everybody is taken to listen to everything. */
export class FakeTopics implements Topics {
  readonly published: { topic: string; frame: string }[] = [];
  subscribers = (_topic: string) => 1;

  publish(topic: string, frame: string): void {
    this.published.push({ topic, frame });
  }

  /** The numbers of what was published to a topic, by kind: the `seq` of notifications, the `n` of receipts. */
  seqs(): number[] {
    return this.#frames('v1/').flatMap((frame) => (frame.kind === 'notification' ? [frame.seq] : []));
  }

  receipts(): number[] {
    return this.#frames('v1/').flatMap((frame) => (frame.kind === 'receipt' ? [frame.n] : []));
  }

  plain(): string[] {
    return this.published.filter(({ topic }) => topic.startsWith('plain/')).map(({ frame }) => frame);
  }

  /** The orders that plain clients were alerted of. */
  plainOrders(): number[] {
    return this.plain().map((frame) => JSON.parse(frame).orderId);
  }

  #frames(prefix: string): { kind: string; seq: number; n: number }[] {
    return this.published
      .filter(({ topic }) => topic.startsWith(prefix))
      .map(({ frame }) => JSON.parse(frame));
  }
}

/** Gates that are opened one at a time, by hand. */
export function createGates() {
  const waiting: (() => void)[] = [];
  return {
    waiting,
    gate: () => new Promise<void>((resolve) => waiting.push(resolve)),
    /** Opens one, the oldest unless told otherwise. */
    open(index = 0): void {
      waiting.splice(index, 1)[0]?.();
    },
    /** Opens one after the other until none is left. */
    async openAll(): Promise<void> {
      while (waiting.length > 0) {
        this.open();
        await turn();
      }
    },
  };
}

/** 1, 2, … n. */
export function upTo(n: number): number[] {
  return Array.from({ length: n }, (_, index) => index + 1);
}

/** Lets everything that is ready run, to the last promise. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
