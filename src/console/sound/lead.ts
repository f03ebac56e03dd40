/** Which of a shop's tabs speaks: what a tab knows of it and shows of itself, however that is decided. */

import type { SoundParts } from './parts.ts';
import { createSharedNote, type SharedNote } from './shared-note.ts';

/** How good a tab is as the one that speaks; a better one takes the lead from a worse one. */
export type Rank = 0 | 1 | 2;

export interface Lead {
  /** As far as this tab knows. */
  readonly isHeld: boolean;
  /** Looks again whether it is still held: to be asked right before something sounds. */
  confirm(): boolean;
  /** Competes for it; undefined gives it up. */
  want(rank: Rank | undefined): void;
  stop(): void;
}

export interface LeadOptions {
  readonly shop: string;
  /** Tells this tab from the others. */
  readonly tab: string;
  readonly parts: Pick<SoundParts, 'clock' | 'random' | 'locks' | 'storage' | 'onStorage'>;
  /** It was won or lost. */
  onChange(): void;
}

/** What the tab that has the lead shows of itself. */
export interface LeadNote {
  readonly tab: string;
  readonly rank: number;
  /** Of a lease: milliseconds since 1970. */
  readonly until?: number;
}

export function leadKey(shop: string): string {
  return `orderbell-sound-lead:${shop}`;
}

export function leadNote(shop: string, parts: Pick<SoundParts, 'storage'>): SharedNote<LeadNote> {
  return createSharedNote(parts.storage, leadKey(shop), readLeadNote);
}

/** Calls `listener` when another tab has written the note. */
export function onLeadNote(
  shop: string,
  parts: Pick<SoundParts, 'onStorage'>,
  listener: () => void,
): () => void {
  return parts.onStorage((key) => {
    if (key === leadKey(shop) || key === null) listener();
  });
}

function readLeadNote(value: unknown): LeadNote | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { tab, rank, until }: { tab?: unknown; rank?: unknown; until?: unknown } = value;
  if (typeof tab !== 'string' || typeof rank !== 'number') return undefined;
  return typeof until === 'number' ? { tab, rank, until } : { tab, rank };
}
