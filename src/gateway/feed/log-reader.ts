/** How the gateway reads the log. Every method rejects while the log is away. */

import type { LogPage, LogState, OpenedLog } from '../../domain/log.ts';
import type { LoggedReceipt } from '../../domain/notification.ts';

export interface LogReader {
  /** Where the shop's log stands; makes an empty one if there is none. */
  open(shopId: string): Promise<OpenedLog>;
  /** Where it stands; undefined where there is none. */
  find(shopId: string): Promise<LogState | undefined>;
  states(shopIds: readonly string[]): Promise<Map<string, LogState>>;
  page(shopId: string, since: number, limit: number): Promise<LogPage | undefined>;
  receipts(shopId: string, since: number, limit: number): Promise<LoggedReceipt[]>;
  /** The state, but `head` is the last that was stored more than so many milliseconds ago. */
  stateAgo(shopId: string, ms: number): Promise<LogState | undefined>;
}
