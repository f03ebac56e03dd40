/**
 * Follows a shop's log: reads the day, then listens from where that stands, and reads anew where there was a gap.
 * Guarantees that nothing falls between reading and listening; that an acknowledgement which is not confirmed is sent
 * again over a new link; and that it goes on by itself, unless a person has to sign in, another page took over, or
 * the service refuses the shop.
 */

import type { Bell, Position, State } from '../../client/types.ts';
import type { DayLog } from '../log/read-day.ts';
import { LogRefused } from '../log/request-page.ts';
import type { Action } from '../model/alerts.ts';
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

export function followShop(options: FollowOptions): Following {
  const { dispatch, onLink, now } = options;
  let bell: Bell | undefined;
  /** Counts the beginnings: what an earlier one still awaits is dropped. */
  let turn = 0;
  let rereading = false;

  async function begin(): Promise<void> {
    const mine = ++turn;
    bell?.close();
    bell = undefined;
    onLink({ name: 'reading' });
    const log = await readUntilDone(mine, true);
    if (log === undefined) return;
    dispatch({ kind: 'loaded', log });
    const { epoch, head, receipts } = log;
    listen(epoch === undefined ? 'oldest' : { epoch, seq: head, receipts }, mine);
  }

  function listen(from: 'oldest' | Position, mine: number): void {
    const opened = options.connect(from);
    bell = opened;
    const isMine = () => mine === turn;
    opened.on('notification', (alert) => isMine() && dispatch({ kind: 'notification', alert }));
    opened.on('receipt', (receipt) => isMine() && dispatch({ kind: 'receipt', receipt }));
    opened.on('escalation', (escalation) => isMine() && dispatch({ kind: 'escalation', escalation }));
    opened.on('gap', (gap) => {
      if (!isMine()) return;
      dispatch({ kind: 'gap', gap });
      void reread(mine);
    });
    // What it refuses to acknowledge it may not have any more.
    opened.on('refusal', ({ code }) => isMine() && code === 'unknown-seq' && void reread(mine));
    opened.on('state', (state) => isMine() && follow(opened, state, mine));
    opened.ack([...options.pending()]);
    follow(opened, opened.state, mine);
  }

  function follow(of: Bell, state: State, mine: number): void {
    const link = linkOf(state, now());
    if (link === undefined) return;
    const fault = link.name === 'waiting' && link.reason !== 'offline' ? options.tokenFault() : undefined;
    if (fault !== undefined) {
      end({ name: 'signed-out', why: fault });
      return;
    }
    if (link.name === 'replaced' || link.name === 'signed-out') end(link);
    else onLink(link);
    if (link.name === 'live' && of.position !== undefined) {
      dispatch({ kind: 'following', epoch: of.position.epoch });
    }
    if (link.name === 'waiting' && link.reason === 'lost') void probe(mine);
  }

  function end(link: LinkState): void {
    turn++;
    bell?.close();
    bell = undefined;
    onLink(link);
  }

  /** A refused upgrade looks to a page like a lost link. */
  async function probe(mine: number): Promise<void> {
    try {
      await options.probe();
    } catch (error) {
      if (mine === turn) refuse(error);
    }
  }

  async function reread(mine: number): Promise<void> {
    if (rereading) return;
    rereading = true;
    try {
      const log = await readUntilDone(mine, false);
      if (log !== undefined) dispatch({ kind: 'loaded', log });
    } finally {
      rereading = false;
    }
  }

  /** Undefined once it is of no use any more. */
  async function readUntilDone(mine: number, isFirst: boolean): Promise<DayLog | undefined> {
    for (let attempt = 0; mine === turn; attempt++) {
      try {
        const log = await options.readDay();
        return mine === turn ? log : undefined;
      } catch (error) {
        if (mine !== turn || refuse(error)) return undefined;
        const ms = Math.min(FIRST_WAIT_MS * 2 ** attempt, LONGEST_WAIT_MS) * (0.5 + options.random() / 2);
        if (isFirst) onLink({ name: 'waiting', reason: 'lost', until: now() + ms });
        await options.pause(ms);
        if (isFirst && mine === turn) onLink({ name: 'reading' });
      }
    }
    return undefined;
  }

  /** Whether it is one of those that trying again does not mend. */
  function refuse(error: unknown): boolean {
    if (!(error instanceof LogRefused)) return false;
    const { reason, message } = error;
    end(reason === 'invalid' ? { name: 'refused', message } : { name: 'signed-out', why: reason });
    return true;
  }

  void begin();
  return {
    send(seqs) {
      bell?.ack(seqs);
    },
    report({ seen, spoken, hearing }) {
      bell?.hearing(hearing);
      if (seen !== undefined) bell?.seen(seen);
      if (spoken !== undefined) bell?.spoken(spoken);
    },
    restart() {
      void begin();
    },
  };
}

/** Undefined for what we did ourselves. */
function linkOf({ name, reason = 'lost', retryInMs = 0 }: State, now: number): LinkState | undefined {
  if (name === 'closed') return reason === 'replaced' ? { name: 'replaced' } : undefined;
  if (name !== 'waiting') return { name };
  if (reason === 'token') return { name: 'signed-out', why: 'unauthenticated' };
  return { name, reason, until: now + retryInMs };
}
