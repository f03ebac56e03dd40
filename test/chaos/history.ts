/** What a run of faults leaves behind: all that was sent, all that was kept, all that was seen. Plain values only. */

/** An event that an upstream service published, or tried to: repeats of it, under the same id, are one event. */
export interface PublishedEvent {
  eventId: string;
  shopId: string;
  type: 1 | 2;
  orderId: string;
  /** The broker has confirmed it at least once. */
  confirmed: boolean;
  /** No use as an event: it belongs into the dead letters. */
  invalid: boolean;
}

/** A reminder over HTTP, of which each request may ring once. */
export interface RequestedReminders {
  orderId: string;
  shopId: string;
  /** Answered with success. */
  confirmed: number;
  /** Sent, with or without an answer. */
  attempted: number;
}

export interface LogRow {
  shopId: string;
  seq: number;
  eventId: string;
  type: 1 | 2;
  orderId: string;
}

/** A v1 client's whole life, over all of its connections; it begins with `since=0`. */
export interface ClientHistory {
  name: string;
  shopId: string;
  seen: { seq: number; eventId: string }[];
  /** How often it was told `gone`: never, while nothing is removed and the log stays the same. */
  gone: number;
  /** It was there to the end, and so has to have seen all. */
  stayed: boolean;
}

export interface History {
  published: PublishedEvent[];
  reminders: RequestedReminders[];
  /** Orders whose payment was answered with success. */
  confirmedPayments: { orderId: string; shopId: string }[];
  /** Orders that the database says are paid. */
  paidOrders: { orderId: string; shopId: string }[];
  log: LogRow[];
  /** The message ids in the queue of dead letters. */
  deadLetters: string[];
  clients: ClientHistory[];
}
