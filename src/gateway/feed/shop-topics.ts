/** One shop's two topics: a frame for each protocol. A frame is made only where a socket is subscribed. */

import { type Protocol, SUBPROTOCOL } from '../../protocol/subprotocols.ts';
import type { GatewayObserver } from '../observer.ts';

/** How a feed reaches its sockets: everything published in one turn is written together. */
export interface Topics {
  publish(topic: string, frame: string): void;
  /** How many sockets are subscribed. */
  subscribers(topic: string): number;
}

export interface ShopTopics {
  readonly plain: string;
  readonly v1: string;
  /** Publishes to the sockets of this protocol; how many they are. */
  publish(protocol: Protocol, makeFrame: () => string): number;
}

export function createShopTopics(
  shopId: string,
  topics: Topics,
  observe: Pick<GatewayObserver, 'sent'>,
): ShopTopics {
  const names = { plain: `plain/${shopId}`, [SUBPROTOCOL]: `v1/${shopId}` };
  return {
    plain: names.plain,
    v1: names[SUBPROTOCOL],
    publish(protocol, makeFrame) {
      const topic = names[protocol];
      const sockets = topics.subscribers(topic);
      if (sockets === 0) return 0;
      const frame = makeFrame();
      topics.publish(topic, frame);
      observe.sent(protocol, sockets, sockets * Buffer.byteLength(frame));
      return sockets;
    },
  };
}
