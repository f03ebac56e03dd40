/**
 * Follows a shop's log: reads the day, then listens from where that stands, and reads anew where there was a gap.
 * Guarantees that nothing falls between reading and listening; that an acknowledgement which is not confirmed is sent
 * again over a new link; and that it goes on by itself, unless a person has to sign in, another page took over, or
 * the service refuses the shop.
 */

import type { Bell, Position, State } from '../../client/types.ts';
import { LogRefused } from '../log/ask-service.ts';
import type { DayLog } from '../log/read-day.ts';
import type { Action, AlertReceipt } from '../model/alerts.ts';
import { createBurst } from '../model/burst.ts';
import type { PageProgress } from '../model/progress.ts';
import type { LinkState, SignedOut } from './link-state.ts';

export interface FollowOptions {
  readDay(): Promise<DayLog>;
  /** Asks the service for as little as it can; the answer shows whether the token is refused or the link is lost. */
  probe(): Promise<unknown>;
  connect(from: 'oldest' | Position): Bell;
  /** Why a link that does not come about is the token's fault, as far as the page can see that. */
  tokenFault(): SignedOut | undefined;
  dispatch(action: Action): void;
  /** Those that were acknowledged here, are not confirmed, and are to be sent. */
  pending(): Iterable<number>;
  onLink(link: LinkState): void;
  /** On time also in a page out of sight. */
  setTimer(then: () => void, ms: number): void;
  /** Resolves after that time, or sooner if there is reason to think that another try is worth it. */
  pause(ms: number): Promise<void>;
  now(): number;
  random(): number;
}

export interface Following {
  /** Sends acknowledgements, now or over the next link: what `pending` gives then. */
  send(seqs: readonly number[]): void;
  /** Whenever it may have changed, and for each new link: what is no news is not sent. */
  report(progress: PageProgress): void;
  /** Reads and connects anew: with another token, under another name, or after another page took over. */
  restart(): void;
}

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 15_000;
/**
 * One press can bring hundreds of receipts, and each change costs the page a pass over all that it shows, keeps and sounds:
 * 500 one by one kept it busy for 1.4 s. To the eye, what takes no longer than this is at once.
 */
const RECEIPTS_MS = 100;

/** One beginning, of which there may be many: once it is over, what it still awaits changes nothing. */
interface Turn {
  isOver: boolean;
  isRereading: boolean;
  bell: Bell | undefined;
  /** Passes on the receipts that wait for those that come with them. */
  releaseReceipts(): void;
}

export function followShop(options: FollowOptions): Following {
  let turn = newTurn();
  void begin(options, turn);
  return {
    send(seqs) {
      turn.bell?.ack(seqs);
    },
    report({ seen, spoken, hearing }) {
      turn.bell?.hearing(hearing);
      if (seen !== undefined) turn.bell?.seen(seen);
      if (spoken !== undefined) turn.bell?.spoken(spoken);
    },
    restart() {
      close(turn);
      turn = newTurn();
      void begin(options, turn);
    },
  };
}

function newTurn(): Turn {
  return { isOver: false, isRereading: false, bell: undefined, releaseReceipts() {} };
}

function close(turn: Turn): void {
  turn.releaseReceipts();
  turn.isOver = true;
  turn.bell?.close();
  turn.bell = undefined;
}

async function begin(options: FollowOptions, turn: Turn): Promise<void> {
  options.onLink({ name: 'reading' });
  const log = await readUntilDone(options, turn, true);
  if (log === undefined) return;
  options.dispatch({ kind: 'loaded', log });
  const { epoch, head, receipts } = log;
  listen(options, turn, epoch === undefined ? 'oldest' : { epoch, seq: head, receipts });
}

function listen(options: FollowOptions, turn: Turn, from: 'oldest' | Position): void {
  const bell = options.connect(from);
  const receipts = createBurst<AlertReceipt>({
    windowMs: RECEIPTS_MS,
    setTimer: options.setTimer,
    flush: (together) => options.dispatch({ kind: 'receipts', receipts: together }),
  });
  /** No receipt is overtaken. */
  const dispatch = (action: Action) => {
    if (turn.isOver) return;
    receipts.release();
    options.dispatch(action);
  };
  turn.bell = bell;
  turn.releaseReceipts = receipts.release;
  bell.on('notification', (alert) => dispatch({ kind: 'notification', alert }));
  bell.on('receipt', (receipt) => turn.isOver || receipts.add([receipt]));
  bell.on('escalation', (escalation) => dispatch({ kind: 'escalation', escalation }));
  bell.on('gap', (gap) => {
    if (turn.isOver) return;
    dispatch({ kind: 'gap', gap });
    void reread(options, turn);
  });
  // What it refuses to acknowledge it may not have any more.
  bell.on('refusal', ({ code }) => turn.isOver || code !== 'unknown-seq' || void reread(options, turn));
  bell.on('state', (state) => turn.isOver || followState(options, turn, state));
  bell.ack([...options.pending()]);
  followState(options, turn, bell.state);
}

function followState(options: FollowOptions, turn: Turn, state: State): void {
  const link = linkOf(state, options.now());
  if (link === undefined) return;
  turn.releaseReceipts();
  const fault = link.name === 'waiting' && link.reason !== 'offline' ? options.tokenFault() : undefined;
  if (fault !== undefined) {
    end(options, turn, { name: 'signed-out', why: fault });
    return;
  }
  const position = turn.bell?.position;
  if (link.name === 'replaced') end(options, turn, link);
  else if (link.name === 'signed-out') void endSignedOut(options, turn, link);
  else options.onLink(link);
  if (link.name === 'live' && position !== undefined) {
    options.dispatch({ kind: 'following', epoch: position.epoch });
  }
  if (link.name === 'waiting' && link.reason === 'lost') void probe(options, turn);
}

function end({ onLink }: FollowOptions, turn: Turn, link: LinkState): void {
  close(turn);
  onLink(link);
}

/**
 * The service has closed the link for the token's sake: whether it ended or its till was removed the next request shows. Where
 * the token is good after all, since another tab has renewed it, this goes on with it; until it has an answer it asks again.
 */
async function endSignedOut(options: FollowOptions, turn: Turn, link: LinkState): Promise<void> {
  turn.bell?.close();
  turn.bell = undefined;
  options.onLink(link);
  for (let isGood = false; !turn.isOver; ) {
    if (isGood) return begin(options, turn);
    try {
      await options.probe();
      isGood = true;
    } catch (error) {
      if (turn.isOver || refuse(options, turn, error)) return;
    }
    await options.pause(isGood ? FIRST_WAIT_MS : LONGEST_WAIT_MS);
  }
}

/** A refused upgrade looks to a page like a lost link. */
async function probe(options: FollowOptions, turn: Turn): Promise<void> {
  try {
    await options.probe();
  } catch (error) {
    if (!turn.isOver) refuse(options, turn, error);
  }
}

async function reread(options: FollowOptions, turn: Turn): Promise<void> {
  if (turn.isRereading) return;
  turn.isRereading = true;
  try {
    const log = await readUntilDone(options, turn, false);
    if (log !== undefined) options.dispatch({ kind: 'loaded', log });
  } finally {
    turn.isRereading = false;
  }
}

/** Undefined once it is of no use any more. */
async function readUntilDone(
  options: FollowOptions,
  turn: Turn,
  isFirst: boolean,
): Promise<DayLog | undefined> {
  const { onLink, now } = options;
  for (let attempt = 0; !turn.isOver; attempt++) {
    try {
      const log = await options.readDay();
      return turn.isOver ? undefined : log;
    } catch (error) {
      if (turn.isOver || refuse(options, turn, error)) return undefined;
      const ms = Math.min(FIRST_WAIT_MS * 2 ** attempt, LONGEST_WAIT_MS) * (0.5 + options.random() / 2);
      if (isFirst) onLink({ name: 'waiting', reason: 'lost', until: now() + ms });
      await options.pause(ms);
      if (isFirst && !turn.isOver) onLink({ name: 'reading' });
    }
  }
  return undefined;
}

/** Whether it is one of those that trying again does not mend. */
function refuse(options: FollowOptions, turn: Turn, error: unknown): boolean {
  if (!(error instanceof LogRefused)) return false;
  const { reason, message } = error;
  end(
    options,
    turn,
    reason === 'invalid' ? { name: 'refused', message } : { name: 'signed-out', why: reason },
  );
  return true;
}

/** Undefined for what we did ourselves. */
function linkOf({ name, reason = 'lost', retryInMs = 0 }: State, now: number): LinkState | undefined {
  if (name === 'closed') return reason === 'replaced' ? { name: 'replaced' } : undefined;
  if (name !== 'waiting') return { name };
  if (reason === 'token') return { name: 'signed-out', why: 'unauthenticated' };
  return { name, reason, until: now + retryInMs };
}
