/** One of the process's links to RabbitMQ: what is declared, watched and attached each time that it is connected. */

import { type BrokerConnection, openConnection } from '../broker/connection.ts';
import type { BrokerLink } from '../broker/link.ts';
import { watchPulse } from '../broker/pulse.ts';
import { declareTopology } from '../broker/topology.ts';
import type { ServiceContext } from './context.ts';

export type LinkName = 'publish' | 'consume';

export interface LinkParts {
  /** Each gets the fresh link, in this order. */
  attached: readonly { attach(link: BrokerLink): Promise<void> | void }[];
  /** Runs each time that the link is connected and set up. */
  onUp(): void;
}

export interface ProcessLink {
  readonly name: LinkName;
  /** Connects now and after every loss. Rejects where the first connection cannot be had in time. */
  open(parts: LinkParts): Promise<void>;
  /** Declares everything once more; does nothing before the first connection. */
  declare(): Promise<void>;
  isUp(): boolean;
}

/** Not open yet. It is closed at the end, if it was opened. */
export function createProcessLink(context: ServiceContext, name: LinkName): ProcessLink {
  const { config, names, logger, stepMs } = context;
  const pulse = {
    queue: names.pulse,
    everySeconds: config.amqp.heartbeatSeconds,
    answerSeconds: config.relay.confirmSeconds,
  };
  let connection: BrokerConnection | undefined;
  let latest: BrokerLink | undefined;
  context.onStop(`close the link to ${name}`, () => connection?.close(), stepMs);
  return {
    name,
    async open({ attached, onUp }) {
      const setUp = async (link: BrokerLink) => {
        latest = link;
        await declareTopology(link.model, names);
        await watchPulse(link, pulse);
        for (const part of attached) await part.attach(link);
      };
      connection = await openConnection({ ...config.amqp, name }, logger, setUp, () => {
        context.onReconnect(name);
        onUp();
      });
    },
    async declare() {
      if (latest !== undefined) await declareTopology(latest.model, names);
    },
    isUp: () => connection?.isUp() === true,
  };
}
