/**
 * The three motifs, as notes. Pure. They differ in their movement, not only in their pitch, and so they do in every tone: an
 * order rises, a reminder knocks, a lost link falls.
 */

import type { AlertKind } from '../model/alert-kinds.ts';

/** What the bell rings for. */
export type RingKind = AlertKind | 'linkLost';

export interface Note {
  /** Of the tone's own pitch. */
  readonly times: number;
  /** Milliseconds from the motif's start. */
  readonly atMs: number;
  /** So long it is held; a tone that rings on fades after that. */
  readonly ms: number;
  /** It fades sooner than others of its tone. */
  readonly isDamped?: boolean;
}

/** A chord's three notes, one after the other; the last is held. */
function rise(atMs: number, lastMs: number): readonly Note[] {
  return [
    { times: 1, atMs, ms: 150 },
    { times: 5 / 4, atMs: atMs + 150, ms: 150 },
    { times: 3 / 2, atMs: atMs + 300, ms: lastMs },
  ];
}

function strikeTwice(atMs: number): readonly Note[] {
  return [
    { times: 4 / 3, atMs, ms: 110, isDamped: true },
    { times: 4 / 3, atMs: atMs + 150, ms: 200, isDamped: true },
  ];
}

const MOTIFS: Readonly<Record<'paid' | 'reminded' | 'linkLost', readonly Note[]>> = {
  paid: [...rise(0, 460), ...rise(800, 500)],
  reminded: [...strikeTwice(0), ...strikeTwice(450), ...strikeTwice(900), ...strikeTwice(1_350)],
  linkLost: [
    { times: 1, atMs: 0, ms: 400 },
    { times: 2 / 3, atMs: 420, ms: 600 },
  ],
};

/** A kind without a motif of its own rises as an order does. */
export function motifOf(kind: RingKind): readonly Note[] {
  const own: Partial<Record<RingKind, readonly Note[]>> = MOTIFS;
  return own[kind] ?? MOTIFS.paid;
}
