/**
 * What comes over the link, handed to the page. Guarantees that each notification after the place comes once and in
 * order, or a `gap` says what is missing, and that a position is saved only after the listeners had what it covers.
 */

import type { ServerFrame, ServerFrameKind } from '../protocol/frames.ts';
import { createAcks } from './acks.ts';
import { createCursor, type Place } from './cursor.ts';
import type { Listeners } from './listeners.ts';
import { createPositionSaver } from './position-saver.ts';
import { createReports, type ReportFrame, type Reports } from './reports.ts';
import type { Position, PositionStore } from './types.ts';
import type { World } from './world.ts';

/** `restarting` is the link's: it comes over any of them. */
export type FollowedFrame = ServerFrame<Exclude<ServerFrameKind, 'restarting'>>;

/** What a frame means for the link. `hole`: something that should have come did not. */
export type Turn = 'ready' | 'gone' | 'hole' | 'expiring';

export interface FollowerOptions {
  readonly start: Place;
  readonly store: PositionStore | null;
  readonly emit: Listeners['emit'];
  readonly sendAck: (seqs: readonly number[]) => void;
  readonly sendReport: (frame: ReportFrame) => void;
}

export interface Follower {
  readonly place: Place;
  /** What to ask the service for. */
  readonly resumeFrom: Place;
  readonly position: Position | undefined;
  /** Undefined where the frame has no meaning for the link. */
  take(frame: FollowedFrame): Turn | undefined;
  /** The same of what another link caught up with: the one before may have brought already what this one brings next. */
  takeOver(frame: ServerFrame<'ready' | 'gone'>): Turn | undefined;
  ack(seqs: readonly number[]): void;
  readonly report: Pick<Reports, 'reached' | 'hearing'>;
  /** From `ready` on what happens comes as it happens. */
  resume(): void;
  pause(): void;
  /** The page may be about to go: nothing is left unsaved. */
  save(): void;
  /** No more comes. Another page that has taken over began where we had saved: what waits is not for it. */
  end(reason: 'closed' | 'replaced'): void;
}

export function createFollower(options: FollowerOptions, world: World): Follower {
  const { start, store, emit, sendAck, sendReport } = options;
  const cursor = createCursor(start);
  const saver = createPositionSaver(store, world);
  const acks = createAcks(sendAck, world);
  const reports = createReports(sendReport, world);
  /** A service without `now` takes neither reports nor many acknowledgements in one frame. */
  let takesMore = false;
  let isLive = false;
  let hasEnded = false;

  function pause(): void {
    isLive = false;
    acks.pause();
    reports.pause();
  }

  function handed(): void {
    saver.save(cursor.position);
    if (hasEnded) saver.flush(); // a listener closed the bell
  }

  function takeNotification({ kind, ...alert }: ServerFrame<'notification'>): Turn | undefined {
    if (alert.ackedBy !== undefined) acks.settle(alert.seq);
    const verdict = cursor.take(alert.seq);
    if (verdict === 'hole') return 'hole';
    if (verdict === 'repeat') return undefined;
    emit('notification', alert);
    handed();
    return undefined;
  }

  function takeReceipt({ kind, ...receipt }: ServerFrame<'receipt'>): void {
    acks.settle(receipt.seq);
    if (!cursor.takeReceipt(receipt.n)) return;
    emit('receipt', receipt);
    handed();
  }

  function jump(frame: ServerFrame<'gone'>): void {
    const gap = cursor.gone(frame);
    pause();
    const isSameLog = gap?.missing !== undefined;
    const refused = isSameLog ? [] : acks.forget();
    if (!isSameLog) reports.forget();
    for (const seq of refused) {
      emit('refusal', { code: 'wrong-epoch', message: `seq ${seq} is of another log` });
    }
    if (gap !== undefined) emit('gap', gap);
  }

  function take(frame: FollowedFrame): Turn | undefined {
    switch (frame.kind) {
      case 'notification':
        return takeNotification(frame);
      case 'receipt':
        takeReceipt(frame);
        return undefined;
      case 'ready':
        if (!cursor.ready(frame)) return 'hole';
        takesMore = frame.now !== undefined;
        saver.save(cursor.position);
        return 'ready';
      case 'gone':
        jump(frame);
        return 'gone';
      case 'escalation': {
        const { kind, ...escalation } = frame;
        emit('escalation', escalation);
        return undefined;
      }
      case 'heartbeat':
        // Whatever is below the head was sent before.
        return isLive && cursor.isBehind(frame.head) ? 'hole' : undefined;
      case 'expiring':
        return 'expiring';
      case 'error': {
        const { code, message, seq } = frame;
        reports.refused(code);
        if (acks.refused(code, seq)) emit('refusal', { code, message });
        return undefined;
      }
      default:
        return frame satisfies never;
    }
  }

  return {
    get place() {
      return cursor.place;
    },
    get resumeFrom() {
      return cursor.resumeFrom;
    },
    get position() {
      return cursor.position;
    },
    take,
    takeOver(frame) {
      const { epoch, seq = 0 } = cursor.place;
      const isBehind = frame.kind === 'ready' && frame.epoch === epoch && frame.head < seq;
      return take(isBehind ? { ...frame, head: seq } : frame);
    },
    ack: (seqs) => acks.add(seqs),
    report: reports,
    resume() {
      isLive = true;
      reports.resume(takesMore);
      acks.resume(takesMore);
    },
    pause,
    save: () => saver.flush(),
    end(reason) {
      hasEnded = true;
      acks.forget();
      if (reason === 'closed') saver.flush();
      else saver.drop();
    },
  };
}
