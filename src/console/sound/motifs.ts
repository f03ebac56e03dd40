/**
 * The three chimes, as notes. Pure. They differ in their movement, not only in their pitch: an order rises, a
 * reminder knocks, a lost link falls.
 */

import type { AlertKind } from '../model/alert-kinds.ts';

/** What the bell rings for. */
export type RingKind = AlertKind | 'linkLost';

export interface Note {
  readonly hz: number;
  /** Milliseconds from the motif's start. */
  readonly atMs: number;
  /** Until it has faded. */
  readonly ms: number;
}

export const MOTIFS: Readonly<Record<'paid' | 'reminded' | 'linkLost', readonly Note[]>> = {
  // E5, G sharp 5, B5
  paid: [
    { hz: 659.26, atMs: 0, ms: 350 },
    { hz: 830.61, atMs: 140, ms: 350 },
    { hz: 987.77, atMs: 280, ms: 700 },
  ],
  // A5 A5, A5 A5
  reminded: [
    { hz: 880, atMs: 0, ms: 140 },
    { hz: 880, atMs: 150, ms: 260 },
    { hz: 880, atMs: 480, ms: 140 },
    { hz: 880, atMs: 630, ms: 400 },
  ],
  // A4, D4
  linkLost: [
    { hz: 440, atMs: 0, ms: 450 },
    { hz: 293.66, atMs: 320, ms: 800 },
  ],
};

/** A kind without a motif of its own rises as an order does. */
export function motifOf(kind: RingKind): readonly Note[] {
  const own: Partial<Record<RingKind, readonly Note[]>> = MOTIFS;
  return own[kind] ?? MOTIFS.paid;
}

/** Milliseconds until the last note has faded. */
export function lengthMs(notes: readonly Note[]): number {
  return Math.max(0, ...notes.map(({ atMs, ms }) => atMs + ms));
}
