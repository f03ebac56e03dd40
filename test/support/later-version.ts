/** A worker of a later version, as a rolling upgrade has it beside this one: it logs and announces a type of its own. */

import { readAnnouncementKeys } from '../../src/broker/announcement-keys.ts';
import { createSeal } from '../../src/broker/seal.ts';
import type { Surroundings } from './surroundings.ts';

export const LATER_TYPE = 99;

export interface LaterVersion {
  /** Logs one notification of the later type as the next of the shop. Resolves with what it would announce. */
  log(shopId: string, content: string): Promise<object>;
  announce(logged: object): Promise<void>;
}

/** Its migration has widened the check on the type. */
export async function upgrade({ database, broker }: Surroundings): Promise<LaterVersion> {
  const { pool } = database;
  await pool.query('ALTER TABLE notifications DROP CONSTRAINT notifications_type_check');
  let count = 0;
  return {
    async log(shopId, content) {
      const notification = {
        eventId: `later-${++count}`,
        type: LATER_TYPE,
        orderId: 7000 + count,
        content,
        occurredAt: new Date().toISOString(),
      };
      const { eventId, type, orderId, occurredAt } = notification;
      const { rows } = await pool.query<{ seq: string; epoch: string }>(
        `SELECT seq, epoch FROM append_notifications(ARRAY[$1], ARRAY[1], ARRAY[1], ARRAY[1],
           ARRAY[$2], ARRAY[$3::smallint], ARRAY[$4::numeric], ARRAY[$5], ARRAY[$6::timestamptz])`,
        [shopId, eventId, type, orderId, content, occurredAt],
      );
      const [place] = rows; // its seq is the head before
      if (place === undefined) throw new Error('the log gave no place');
      const { epoch } = place;
      return { shopId, epoch, notifications: [{ shopId, seq: Number(place.seq) + 1, ...notification }] };
    },
    async announce(logged) {
      const keys = await readAnnouncementKeys(pool);
      const { announcements } = broker.names;
      const sealed = createSeal(announcements, () => keys).seal(JSON.stringify({ logged: [logged] }));
      if (sealed === undefined) throw new Error('there is no key');
      const channel = await broker.connection.createConfirmChannel();
      channel.publish(announcements, 'signed', sealed, { appId: 'later' });
      await channel.waitForConfirms();
      await channel.close();
    },
  };
}
