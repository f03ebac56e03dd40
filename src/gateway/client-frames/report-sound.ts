/** The frame `hearing`: whether alerts can sound at the session. A page out of sight can sound as well. */

import type { SoundingSessions } from '../hearing/sounding-sessions.ts';
import type { FrameHandlers } from './handle-frame.ts';

export function createHearingHandler(sounding: Pick<SoundingSessions, 'report'>): FrameHandlers['hearing'] {
  return (session, { sound }) => sounding.report(session, sound);
}
