/** What other processes announce, handed to this process's gateway. */

import { randomUUID } from 'node:crypto';
import { type AnnouncementConsumer, createAnnouncementConsumer } from '../broker/announcements.ts';
import type { Seal } from '../broker/seal.ts';
import type { Gateway } from '../gateway/gateway.ts';
import { observeAnnouncements } from '../metrics/observers.ts';
import { createThrottledLog } from '../platform/throttled-log.ts';
import type { ServiceContext } from './context.ts';

export function receiveAnnouncements(
  { names, appId, registry, logger }: ServiceContext,
  seal: Seal,
  gateway: Gateway,
): AnnouncementConsumer {
  const count = observeAnnouncements(registry);
  const warn = createThrottledLog(logger, () => performance.now());
  return createAnnouncementConsumer({
    exchange: names.announcements,
    appId,
    seal,
    queueName: () => `${names.announcements}.${randomUUID()}`,
    onAnnouncement: (body) => gateway.receiveAnnouncement(body),
    onUnbelieved(why) {
      count(why);
      warn(
        { exchange: names.announcements, why },
        'an announcement was dropped: no process of ours signed it',
      );
    },
  });
}
