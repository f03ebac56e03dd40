/**
 * The frames `seen` and `spoken`: how far a till says it has come. Guarantees that of each kind a shop's feed passes on
 * only what is above all before it in the same log, and nothing beyond the log's head.
 */

import type { Progress, ProgressKind } from '../../domain/progress.ts';
import type { ClientFrame } from '../../protocol/frames.ts';
import type { ShopFeed } from '../feed/shop-feed.ts';
import { errorFrame } from '../server-frames.ts';
import type { Session } from '../session.ts';

/**
 * Takes what a till reports, to be stored later, and when the gateway published it, by the feed's clock. False where there is
 * no room for it.
 */
export type AddProgress = (progress: Progress, publishedAt: number | undefined) => boolean;

/** How far a shop has come in a log. */
interface Reached {
  epoch: string;
  seq: number;
}

export function createProgressHandler<Kind extends ProgressKind>(
  kind: Kind,
  { add }: { add: AddProgress },
): (session: Session, frame: ClientFrame<Kind>) => void {
  /** Ends with the feed, which a shop without sockets loses. */
  const reached = new WeakMap<ShopFeed, Reached>();

  return (session, { seq, epoch }) => {
    const { feed, request } = session;
    const { at } = feed;
    if (epoch !== undefined && epoch !== at.epoch) {
      session.send(errorFrame('wrong-epoch', `seq ${seq} is of another log`, seq));
      return;
    }
    if (seq > at.head) {
      session.send(errorFrame('unknown-seq', `seq ${seq}`, seq));
      return;
    }
    const before = reached.get(feed);
    if (before?.epoch === at.epoch && before.seq >= seq) return;
    const { shopId, sid } = request;
    if (add({ shopId, kind, seq, sid }, feed.publishedAt(seq))) reached.set(feed, { epoch: at.epoch, seq });
  };
}
