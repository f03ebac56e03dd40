/**
 * A fake of one uWebSockets.js socket and of its topics, for the rules of sessions and replays. It takes `room` frames
 * before it is congested; frames beyond `limit` are dropped, as uWebSockets.js does at its backpressure limit.
 */

import type { RecognizedString, WebSocket } from 'uWebSockets.js';
import type { Topics } from '../../src/gateway/feed/shop-topics.ts';
import type { SocketData } from '../../src/gateway/session.ts';

const unused = () => {
  throw new Error('the gateway does not use this');
};

export class FakeSocket implements WebSocket<SocketData> {
  readonly arrived: string[] = [];
  readonly buffered: string[] = [];
  readonly topics = new Set<RecognizedString>();
  readonly ends: number[] = [];
  /** How many frames go out before the rest is buffered. */
  room = Number.POSITIVE_INFINITY;
  /** How many frames may be buffered. */
  limit = Number.POSITIVE_INFINITY;
  closes = 0;
  pings = 0;
  /** Called by `end` and `close`, as uWebSockets.js calls the close handler. */
  onEnd = () => {};

  send(frame: RecognizedString): number {
    if (this.buffered.length === 0 && this.room > 0) {
      this.room--;
      this.arrived.push(String(frame));
      return 1;
    }
    if (this.buffered.length >= this.limit) return 2;
    this.buffered.push(String(frame));
    return 0;
  }

  /** The client reads so many frames. */
  read(count: number): void {
    this.room = count;
    while (this.room > 0 && this.buffered.length > 0) {
      this.room--;
      this.arrived.push(String(this.buffered.shift()));
    }
  }

  getBufferedAmount(): number {
    return this.buffered.length;
  }
  end(code = 1000): void {
    this.ends.push(code);
    this.onEnd();
  }
  close(): void {
    this.closes++;
    this.onEnd();
  }
  subscribe(topic: RecognizedString): boolean {
    this.topics.add(topic);
    return true;
  }
  unsubscribe(topic: RecognizedString): boolean {
    return this.topics.delete(topic);
  }
  isSubscribed(topic: RecognizedString): boolean {
    return this.topics.has(topic);
  }
  ping(): number {
    this.pings++;
    return 1;
  }
  cork(work: () => void): WebSocket<SocketData> {
    work();
    return this;
  }

  getTopics = unused;
  publish = unused;
  getRemoteAddress = unused;
  getRemoteAddressAsText = unused;
  getUserData = unused;

  /** What arrived, parsed. */
  get frames(): { kind: string; seq: number; n: number; head: number; ackedBy?: string }[] {
    return this.arrived.map((frame) => JSON.parse(frame));
  }
}

/** Topics that reach those fake sockets which are subscribed. */
export class SocketTopics implements Topics {
  readonly sockets = new Set<FakeSocket>();

  publish(topic: string, frame: string): void {
    for (const socket of this.sockets) if (socket.isSubscribed(topic)) socket.send(frame);
  }
  subscribers(topic: string): number {
    return [...this.sockets].filter((socket) => socket.isSubscribed(topic)).length;
  }
}
