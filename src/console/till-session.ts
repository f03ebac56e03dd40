/** The session that this tab is at the service. It carries the till's name: under another name it is another session. */

import { type SessionIdOptions, takeSessionId } from './browser/session-id.ts';
import type { SettingsStore } from './browser/settings.ts';
import type { ConsoleState } from './state.ts';

export interface TillSessionOptions extends Pick<SessionIdOptions, 'storage' | 'claim'> {
  readonly settings: SettingsStore;
  readonly state: Pick<ConsoleState, 'sid' | 'tillName' | 'named'>;
  /** The session is another one now. */
  onRenamed(): void;
}

export function keepTillSession({ settings, state, storage, claim, onRenamed }: TillSessionOptions): void {
  async function takeName(): Promise<void> {
    state.sid = await takeSessionId(state.tillName, { storage, claim, random: Math.random });
  }
  state.named = takeName();
  settings.subscribe(({ tillName }) => {
    if (tillName === state.tillName) return;
    state.tillName = tillName;
    state.named = takeName();
    onRenamed();
  });
}
