/**
 * What the page reports of itself: how far its alerts were shown and said, and whether it can sound. Guarantees that the
 * last word of each kind reaches each link of a service that takes reports, that no kind is sent more than once a second,
 * and that nothing goes to an older service: it would take an unknown frame for a fault.
 *
 * Reports have no answer, so each new link gets the last ones again.
 */

import type { ClientFrame } from '../protocol/frames.ts';
import type { Hearing } from './types.ts';
import type { World } from './world.ts';

export type ReportFrame = ClientFrame<'hearing' | 'seen' | 'spoken'>;

export interface Reports {
  /** A lower `seq` than before changes nothing. */
  reached(kind: 'seen' | 'spoken', seq: number): void;
  hearing(state: Hearing): void;
  /** The link is live. */
  resume(isTaken: boolean): void;
  pause(): void;
  /** The service refused something. */
  refused(code: string): void;
  /** The log is another one: its numbers mean something else. */
  forget(): void;
}

const EVERY_MS = 1_000;
/** After a second that had too many frames. */
const AGAIN_MS = 1_500;

interface Report {
  frame: ReportFrame;
  isSent: boolean;
  notBefore: number;
}

export function createReports(
  send: (frame: ReportFrame) => void,
  clock: Pick<World, 'steadyNow' | 'after'>,
): Reports {
  const last = new Map<ReportFrame['kind'], Report>();
  let isLive = false;
  let cancel = () => {};

  function pump(): void {
    cancel();
    if (!isLive) return;
    const now = clock.steadyNow();
    const waits: number[] = [];
    for (const report of last.values()) {
      if (report.isSent) continue;
      const waitMs = report.notBefore - now;
      if (waitMs > 0) waits.push(waitMs);
      else {
        report.isSent = true;
        report.notBefore = now + EVERY_MS;
        send(report.frame);
      }
    }
    if (waits.length > 0) cancel = clock.after(Math.min(...waits), pump);
  }

  function put(frame: ReportFrame): void {
    last.set(frame.kind, { notBefore: 0, ...last.get(frame.kind), frame, isSent: false });
    pump();
  }

  return {
    reached(kind, seq) {
      const before = last.get(kind)?.frame;
      if (before === undefined || !('seq' in before) || before.seq < seq) put({ kind, seq });
    },
    hearing({ sound, visible }) {
      const before = last.get('hearing')?.frame;
      const isSame = before?.kind === 'hearing' && before.sound === sound && before.visible === visible;
      if (!isSame) put({ kind: 'hearing', sound, visible });
    },
    resume(isTaken) {
      isLive = isTaken;
      pump();
    },
    pause() {
      isLive = false;
      cancel();
      for (const report of last.values()) Object.assign(report, { isSent: false, notBefore: 0 });
    },
    refused(code) {
      if (code !== 'too-fast') return;
      const notBefore = clock.steadyNow() + AGAIN_MS;
      for (const report of last.values()) Object.assign(report, { isSent: false, notBefore });
      pump();
    },
    forget() {
      last.delete('seen');
      last.delete('spoken');
    },
  };
}
