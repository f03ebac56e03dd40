/** What a push message holds, once the browser has decrypted it: few bytes of what an alert says. */

export interface PushMessage {
  kind: 'escalation';
  shop: string;
  seq: number;
  /** As in the frame of the alert. */
  type: number;
  orderId: number | string;
  /** Its beginning. */
  content: string;
  /** Of the page that subscribed; null where it named none. */
  language: string | null;
  /** When it was escalated. */
  at: string;
}
