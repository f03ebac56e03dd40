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
  /** In milliseconds of the machine's clock; before its commit, which is before anybody sees it. */
  storedAt: number;
}

/** What a v1 client saw of one log, over all connections; each begins with the first that is kept. */
export interface FollowedLog {
  /** Undefined where the client was cut before it was told. */
  epoch: string | undefined;
  seen: { seq: number; eventId: string }[];
}

/** A v1 client's whole life, over all of its connections; it begins with `since=0`. */
export interface ClientHistory {
  name: string;
  shopId: string;
  /** One, and another one for each time that it was told `gone`. */
  logs: FollowedLog[];
  /** It was there to the end, and so has to have seen all. */
  stayed: boolean;
}

/** What a plain client saw over one connection. Its frames carry no number and no event id. */
export interface PlainConnection {
  /** In milliseconds of the machine's clock: what is logged from then on it has to see. */
  openedAt: number;
  seen: { type: number; orderId: string }[];
  /** It was open to the end. */
  stayed: boolean;
}

export interface PlainHistory {
  name: string;
  shopId: string;
  connections: PlainConnection[];
}

export interface History {
  published: PublishedEvent[];
  reminders: RequestedReminders[];
  /** Orders whose payment was answered with success. */
  confirmedPayments: { orderId: string; shopId: string }[];
  /** Orders that the database says are paid. */
  paidOrders: { orderId: string; shopId: string }[];
  log: LogRow[];
  /** How often the log of each shop, at most, became another one. It keeps all that it had. */
  logChanges: number;
  /** The message ids in the queue of dead letters. */
  deadLetters: string[];
  clients: ClientHistory[];
  plainClients: PlainHistory[];
}
