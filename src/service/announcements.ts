/** What processes announce to one another: whether there is a gateway to announce to, and what comes for the one here. */

import { randomUUID } from 'node:crypto';
import {
  type AnnouncementConsumer,
  type AnnouncementSender,
  createAnnouncementConsumer,
  SIGNED_KEY,
} from '../broker/announcements.ts';
import type { Publisher } from '../broker/publisher.ts';
import type { RollCall } from '../broker/roll-call.ts';
import type { Seal } from '../broker/seal.ts';
import { encodeAnnouncement } from '../domain/announcement.ts';
import type { Gateway } from '../gateway/gateway.ts';
import type { AnnouncementObserver } from '../metrics/observers.ts';
import { AppError } from '../platform/errors.ts';
import { startInterval } from '../platform/interval.ts';
import { createThrottledLog } from '../platform/throttled-log.ts';
import type { ServiceContext } from './context.ts';

/** To the gateways of other processes. */
export interface GatewayBroadcast {
  /** False where no other gateway lives: nothing need be encoded. */
  isNeeded(): boolean;
  /** False where it is known to be lost. */
  send(announcement: string): boolean;
}

/** What is not sent while no other gateway lives counts as sent: the first call of one makes up for it. */
export function createGatewayBroadcast(
  sender: AnnouncementSender,
  rollCall: RollCall,
  observe: AnnouncementObserver,
): GatewayBroadcast {
  return {
    isNeeded: () => !rollCall.isAlone(),
    send(announcement) {
      if (rollCall.isAlone()) return true;
      const isSent = sender.send(announcement);
      if (isSent) observe.sent();
      return isSent;
    },
  };
}

export interface AnnouncementParts {
  seal: Seal;
  rollCall: RollCall;
  publisher: Publisher;
  gateway: Gateway | undefined;
  observe: AnnouncementObserver;
}

/** What comes goes to the gateway. The roll is called until the end. */
export function receiveAnnouncements(
  context: ServiceContext,
  { seal, rollCall, publisher, gateway, observe }: AnnouncementParts,
): AnnouncementConsumer {
  const { names, appId, logger, onStop, stepMs } = context;
  const warn = createThrottledLog(logger, () => performance.now());
  const consumer = createAnnouncementConsumer({
    exchange: names.announcements,
    appId,
    seal,
    queueName: () => `${names.announcements}.${randomUUID()}`,
    onAnnouncement: gateway && ((body) => gateway.receiveAnnouncement(body)),
    onCall(body) {
      const { isNewGateway, isAnswer } = rollCall.receive(body);
      if (isAnswer) gateway?.compareSoon();
      if (isNewGateway) gateway?.announceSessions();
    },
    onUnbelieved(why) {
      observe.refused(why);
      warn(
        { exchange: names.announcements, why },
        'an announcement was dropped: no process of ours signed it',
      );
    },
    onClosed: () => rollCall.begin(),
  });
  const isAnotherBound = async () => {
    const isBound = await consumer.unbound(() => reachesGateway(publisher, names.announcements, seal));
    gateway?.compareSoon(); // what was announced meanwhile is lost
    return isBound ?? true;
  };
  const callRoll = () => rollCall.repeat(isAnotherBound);
  const repetition = startInterval('roll call', ROLL_CALL_MS, callRoll, logger);
  onStop('stop calling the roll', () => repetition.stop(), stepMs);
  return consumer;
}

const ROLL_CALL_MS = 1_000;

/** Announces what changes nothing, in a form that every version reads. RabbitMQ returns it where no queue is bound. */
async function reachesGateway(publisher: Publisher, exchange: string, seal: Seal): Promise<boolean> {
  const oldest = { shopId: '-', sid: '-', id: '-', order: 1 };
  const body = seal.seal(encodeAnnouncement({ sessions: [oldest] }));
  if (body === undefined) return true;
  try {
    await publisher.publish({ exchange, routingKey: SIGNED_KEY, body });
    return true;
  } catch (error) {
    if (error instanceof AppError && error.code === 'publish-returned') return false;
    throw error;
  }
}
