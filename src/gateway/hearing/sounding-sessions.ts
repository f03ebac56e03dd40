/**
 * Which sessions can sound, counted by shop. Guarantees that each session counts at most once, and that an edge is reported
 * for the first one of a shop and for the last one, never in between. A session without a report counts as able to sound.
 */

import type { ReportedSound } from '../../protocol/frames.ts';
import type { Session } from '../session.ts';

export type CountedSession = Pick<Session, 'canSound'> & {
  readonly request: Pick<Session['request'], 'shopId' | 'protocol'>;
};

export interface SoundingSessions {
  add(session: CountedSession): void;
  remove(session: CountedSession): void;
  /** The session has reported what becomes of its sound. */
  report(session: CountedSession, sound: ReportedSound): void;
  /** The shops with a session that can sound. */
  shops(): IterableIterator<string>;
}

export interface SoundingSessionsOptions {
  /** Whether plain sessions count: they never report. */
  plainHears: boolean;
  /** The shop got its first session that can sound, or lost its last one. */
  onEdge(shopId: string, canSound: boolean): void;
}

export function createSoundingSessions({ plainHears, onEdge }: SoundingSessionsOptions): SoundingSessions {
  const counts = new Map<string, number>();

  function change(session: CountedSession, canSound: boolean): void {
    if (session.canSound === canSound) return;
    session.canSound = canSound;
    const { shopId } = session.request;
    const before = counts.get(shopId) ?? 0;
    const after = before + (canSound ? 1 : -1);
    if (after === 0) counts.delete(shopId);
    else counts.set(shopId, after);
    if (before === 0 || after === 0) onEdge(shopId, canSound);
  }

  return {
    add: (session) => change(session, session.request.protocol !== 'plain' || plainHears),
    remove: (session) => change(session, false),
    report: (session, sound) => change(session, sound === 'on'),
    shops: () => counts.keys(),
  };
}
