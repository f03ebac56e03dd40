/**
 * The `sid` of this tab: the same after a reload, another one in each tab. A tab that is duplicated takes a copy of the
 * storage along, so the name is held by a lock as well, and a tab that finds it held draws another. Guarantees that no two
 * tabs of this browser have one `sid`; over plain HTTP, where there are no locks, the tabs ask each other instead.
 */

import { makeSid } from '../model/till-name.ts';

export interface SessionIdOptions {
  /** The tab's own. */
  storage: Pick<Storage, 'getItem' | 'setItem'>;
  /** Resolves with whether the name is ours alone from now on. */
  claim(name: string): Promise<boolean>;
  random(): number;
}

const KEY = 'orderbell.sid';

/** `tillName` is what a new one is built from; one that there is stays until the till's name is another. */
export async function takeSessionId(tillName: string, options: SessionIdOptions): Promise<string> {
  const { storage, claim, random } = options;
  const kept = storage.getItem(KEY);
  const mine = makeSid(tillName, () => 0);
  const isOfThisTill = kept !== null && kept.slice(0, -8) === mine.slice(0, -8);
  let sid = isOfThisTill ? kept : makeSid(tillName, random);
  while (!(await claim(sid))) sid = makeSid(tillName, random);
  storage.setItem(KEY, sid);
  return sid;
}

/** A page that is just being left, by a reload, holds its lock a moment longer. */
const PATIENCE_MS = 300;

/** Holds a name until the page goes: by a Web Lock, or where there are none by answering other tabs that ask for it. */
export function createClaim(
  locks: LockManager | undefined,
  openChannel: (name: string) => BroadcastChannel,
): SessionIdOptions['claim'] {
  const held = new Set<string>();
  if (locks === undefined) return claimByAsking(openChannel('orderbell.sids'), held);
  return (name) =>
    new Promise((resolve) => {
      if (held.has(name)) return resolve(true);
      const holdForGood = () => {
        held.add(name);
        resolve(true);
        return new Promise(() => {});
      };
      locks
        .request(`orderbell.sid.${name}`, { signal: AbortSignal.timeout(PATIENCE_MS) }, holdForGood)
        // Where cookies are blocked there are locks, and no tab gets one: a name that may be taken is better than none.
        .catch((error) => resolve(!isTimeout(error)));
    });
}

function isTimeout(error: unknown): boolean {
  return error instanceof DOMException && (error.name === 'TimeoutError' || error.name === 'AbortError');
}

type Message = { readonly kind: 'whose' | 'mine'; readonly name: string };

function claimByAsking(channel: BroadcastChannel, held: Set<string>): SessionIdOptions['claim'] {
  const asking = new Map<string, () => void>();
  channel.onmessage = ({ data }: MessageEvent<Message>) => {
    if (data.kind === 'mine') asking.get(data.name)?.();
    else if (held.has(data.name)) channel.postMessage({ kind: 'mine', name: data.name } satisfies Message);
  };
  return (name) =>
    new Promise((resolve) => {
      const settle = (isFree: boolean) => {
        asking.delete(name);
        if (isFree) held.add(name);
        resolve(isFree);
      };
      asking.set(name, () => settle(false));
      channel.postMessage({ kind: 'whose', name } satisfies Message);
      setTimeout(() => asking.has(name) && settle(true), PATIENCE_MS);
    });
}
