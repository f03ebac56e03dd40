/** A notification with the times that people ask by, its receipt, and what was told of it to others, for those who look. */

import type { LoggedNotification, ReceiptReason } from '../domain/notification.ts';
import { type NotificationRow, toLogged } from './notification-row.ts';

export interface TimedRow extends NotificationRow {
  stored_at: Date;
  expired_at: Date | null;
  acked_by: string | null;
  acked_at: Date | null;
  reason: ReceiptReason | null;
}

/** Of the tables `n` and `r`. */
export const TIMED_COLUMNS = `n.seq, n.event_id, n.type, n.order_id, n.content, n.occurred_at, n.summary, n.amount,
  n.stored_at, n.expired_at, r.sid AS acked_by, r.acked_at, r.reason`;

export function toTimed(shopId: string, row: TimedRow): LoggedNotification {
  const { acked_by: ackedBy, acked_at: ackedAt, reason } = row;
  return {
    ...toLogged(shopId, row),
    loggedAt: row.stored_at.toISOString(),
    ...(row.expired_at !== null && { expiredAt: row.expired_at.toISOString() }),
    ...(ackedAt !== null && reason !== null && { ackedBy, ackedAt: ackedAt.toISOString(), reason }),
  };
}
