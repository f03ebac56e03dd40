/** One established connection as its parts see it, until it is lost. */

import type { Channel, ChannelModel } from 'amqplib';

/** What `setup` works on: one established connection, until it is lost. */
export interface BrokerLink {
  model: ChannelModel;
  /** Ends this connection for a reason, so that recovery rebuilds everything. Safe to call twice. */
  fail(reason: string): void;
  /**
   * Ends the connection when this channel closes, unless the function it returns was called first. `beforeClose` runs
   * before the channel is closed with its connection, and can still send.
   */
  watch(channel: Channel, name: string, beforeClose?: () => void): () => void;
}

/**
 * Says whether `channel` may be published on: not once it is closed, and not while the broker blocks publishers, when
 * whatever is written would only pile up in memory. Calls back on each change, first with true.
 */
export function onUsable(link: BrokerLink, channel: Channel, onChange: (usable: boolean) => void): void {
  let closed = false;
  link.model.on('blocked', () => onChange(false));
  link.model.on('unblocked', () => onChange(!closed));
  channel.on('close', () => {
    closed = true;
    onChange(false);
  });
  onChange(true);
}
