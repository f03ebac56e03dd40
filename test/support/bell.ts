/** A bell that a test rings: in a fake world, with what it tells written down, and the frames to tell it. */

import { expect } from 'chai';
import { startLink } from '../../src/client/start-link.ts';
import type { Bell, BellEvents, ConnectOptions, Position, PositionStore } from '../../src/client/types.ts';
import { FakeWorld, turn } from './client-world.ts';

export type ReceivedEvents = { [K in keyof BellEvents]: BellEvents[K][] };

/** All that a bell tells from now on. */
export function listenTo(bell: Bell): ReceivedEvents {
  const received: ReceivedEvents = {
    notification: [],
    receipt: [],
    escalation: [],
    state: [],
    gap: [],
    refusal: [],
  };
  bell.on('notification', (alert) => received.notification.push(alert));
  bell.on('receipt', (receipt) => received.receipt.push(receipt));
  bell.on('escalation', (escalation) => received.escalation.push(escalation));
  bell.on('state', (state) => received.state.push(state));
  bell.on('gap', (gap) => received.gap.push(gap));
  bell.on('refusal', (refusal) => received.refusal.push(refusal));
  return received;
}

export interface MemoryStore extends PositionStore {
  saved: Position[];
}

export function memoryStore(position?: Position): MemoryStore {
  const saved = position === undefined ? [] : [position];
  return { saved, load: () => saved.at(-1), save: (next) => void saved.push(next) };
}

export const EPOCH = 'e1';

export const frames = {
  ready: (head: number, receipts = 0, epoch = EPOCH) => ({
    kind: 'ready',
    shop: 's',
    epoch,
    head,
    oldest: 1,
    receipts,
  }),
  alert: (seq: number, more = {}) => ({
    kind: 'notification',
    seq,
    eventId: `event-${seq}`,
    type: 1,
    orderId: 1000 + seq,
    content: `order ${seq}`,
    occurredAt: '2025-03-06T17:14:35.000Z',
    ...more,
  }),
  receipt: (n: number, seq: number, sid = 'till-1') => ({
    kind: 'receipt',
    n,
    seq,
    sid,
    at: '2025-03-06T17:15:00.000Z',
  }),
  gone: (oldest: number, head: number, epoch = EPOCH) => ({ kind: 'gone', epoch, oldest, head }),
  heartbeat: (head: number) => ({ kind: 'heartbeat', head }),
};

/** A bell in a fake world, with all that it tells. */
export function ring(options: Partial<ConnectOptions> = {}, world = new FakeWorld()) {
  const bell = startLink({ url: 'https://bell.example', sid: 'till-1', store: null, ...options }, world);
  return { bell, world, received: listenTo(bell) };
}

/** One that has become live at `head`. */
export async function ringLive(options: Partial<ConnectOptions> = {}, head = 0, world = new FakeWorld()) {
  const rung = ring(options, world);
  await turn();
  world.socket.opens().says(frames.ready(head));
  expect(rung.bell.state).to.deep.equal({ name: 'live' });
  return rung;
}
