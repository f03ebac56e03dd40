/**
 * Holds acknowledgements for a while before they are sent, so that a press can be undone. Guarantees that each is sent
 * once its time is over or undone, whichever comes first; that a reload changes neither, since the tab's storage keeps what
 * is held and what is not confirmed; and that none is sent into another log, or by a tab that is a copy of this one.
 */

import type { SafeStorage } from '../browser/storage.ts';
import { type Action, type Alerts, statusOf } from '../model/alerts.ts';

/** What one press acknowledged, and until when it can be undone: in milliseconds since 1970. */
export interface HeldPress {
  readonly seqs: readonly number[];
  readonly until: number;
}

export interface HeldAcks {
  /** Acknowledges on the page at once. */
  add(seqs: readonly number[]): void;
  /** Takes the last press back. */
  undo(): void;
  /** The last press that can be undone; `seqs` are those that no other till has acknowledged meanwhile. */
  readonly last: HeldPress | undefined;
  /** Another set after each change. */
  readonly held: ReadonlySet<number>;
  /** What is not confirmed and is to be sent now. */
  due(): number[];
  /** What an earlier load of this page left unconfirmed in that log. To be asked once, when the log is known. */
  restore(epoch: string | undefined): readonly number[];
  /** Keeps what is not confirmed, after the alerts have changed. */
  keep(): void;
}

export interface HeldAcksOptions {
  /** The tab's own. */
  storage: SafeStorage;
  shop: string;
  /** This tab's. */
  sid(): string;
  holdMs(): number;
  alerts(): Alerts;
  dispatch(action: Action): void;
  send(seqs: readonly number[]): void;
  /** What can be undone is something else now. */
  onChange(): void;
  /** Milliseconds since 1970. */
  now(): number;
  /** As the browser has it. */
  setTimer(then: () => void, ms: number): void;
}

interface Kept {
  readonly sid: string;
  readonly epoch: string;
  readonly pending: readonly number[];
  readonly presses: readonly HeldPress[];
}

export function createHeldAcks(options: HeldAcksOptions): HeldAcks {
  const { storage, alerts, dispatch, send, now } = options;
  const key = `orderbell.acks.${options.shop}`;
  let kept = readKept(storage.getItem(key));
  let presses: readonly HeldPress[] = [];
  let held: ReadonlySet<number> = new Set();
  let written = storage.getItem(key) ?? '';

  const pendingOf = (seqs: readonly number[]) => seqs.filter((seq) => alerts().pending.has(seq));

  function become(next: readonly HeldPress[]): void {
    presses = next;
    held = new Set(next.flatMap(({ seqs }) => seqs));
    keep();
    options.onChange();
  }

  function keep(): void {
    const { epoch, pending } = alerts();
    // What an earlier load left is not read yet.
    if (epoch === undefined || kept !== undefined) return;
    const next: Kept = { sid: options.sid(), epoch, pending: [...pending], presses };
    const text = pending.size === 0 ? '' : JSON.stringify(next);
    if (text !== written) storage.setItem(key, text);
    written = text;
  }

  function release(): void {
    const over = presses.filter(({ until }) => until <= now());
    if (over.length === 0) return;
    become(presses.filter(({ until }) => until > now()));
    for (const { seqs } of over) send(pendingOf(seqs));
  }

  function hold(added: readonly HeldPress[]): void {
    become([...presses, ...added]);
    for (const { until } of added) options.setTimer(release, Math.max(0, until - now()));
  }

  return {
    add(seqs) {
      const { entries } = alerts();
      const wanted = new Set(seqs);
      const open = entries.filter((entry) => wanted.has(entry.seq) && statusOf(alerts(), entry) === 'open');
      if (open.length === 0) return;
      const acked = open.map(({ seq }) => seq);
      dispatch({ kind: 'ack', seqs: acked });
      if (options.holdMs() === 0) send(acked);
      else hold([{ seqs: acked, until: now() + options.holdMs() }]);
    },
    undo() {
      const last = presses.at(-1);
      if (last === undefined) return;
      become(presses.slice(0, -1));
      dispatch({ kind: 'unack', seqs: last.seqs });
    },
    get last() {
      const last = presses.at(-1);
      const seqs = pendingOf(last?.seqs ?? []);
      return last === undefined || seqs.length === 0 ? undefined : { ...last, seqs };
    },
    get held() {
      return held;
    },
    due: () => [...alerts().pending].filter((seq) => !held.has(seq)),
    restore(epoch) {
      const found = kept;
      kept = undefined;
      if (found === undefined || found.epoch !== epoch || found.sid !== options.sid()) return [];
      // A clock that was set back meanwhile must not hold them for long.
      hold(
        found.presses.map(({ seqs, until }) => ({ seqs, until: Math.min(until, now() + options.holdMs()) })),
      );
      return found.pending;
    },
    keep,
  };
}

/** Undefined for what we did not write. */
function readKept(text: string | null): Kept | undefined {
  try {
    const value: unknown = JSON.parse(text || 'null');
    return isKept(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isKept(value: unknown): value is Kept {
  if (!isObject(value)) return false;
  const { sid, epoch, pending, presses } = value;
  const isPress = (press: unknown) =>
    isObject(press) && isSeqs(press.seqs) && typeof press.until === 'number';
  const isNamed = typeof sid === 'string' && typeof epoch === 'string';
  return isNamed && isSeqs(pending) && Array.isArray(presses) && presses.every(isPress);
}

function isSeqs(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every(Number.isSafeInteger);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
