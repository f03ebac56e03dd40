/** Which shops have a session here that can sound: counted by session, and kept in Postgres by shop. */

import { randomUUID } from 'node:crypto';
import { type PresenceWriterOptions, startPresenceWriter } from './presence-writer.ts';
import {
  createSoundingSessions,
  type SoundingSessions,
  type SoundingSessionsOptions,
} from './sounding-sessions.ts';

export interface GatewayPresence {
  sounding: SoundingSessions;
  /** To be called once `pause` no longer waits. */
  stop(): Promise<void>;
}

export type GatewayPresenceOptions = Pick<SoundingSessionsOptions, 'plainHears'> &
  Omit<PresenceWriterOptions, 'shops' | 'newId'>;

export function startPresence(options: GatewayPresenceOptions): GatewayPresence {
  const sounding = createSoundingSessions({
    plainHears: options.plainHears,
    onEdge: (shopId, canSound) => writer.add(shopId, canSound),
  });
  const writer = startPresenceWriter({ ...options, shops: () => sounding.shops(), newId: randomUUID });
  return { sounding, stop: () => writer.stop() };
}
