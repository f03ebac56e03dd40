/** What a run leaves behind of the alerts that went unanswered. Plain values only; times in milliseconds of the machine's clock. */

/** One step of one cycle of one notification. */
export interface StepPlace {
  shopId: string;
  seq: number;
  cycle: number;
  step: number;
}

/** A notification of a shop that has a policy. */
export interface Alert {
  shopId: string;
  seq: number;
  orderId: string;
  /** It was acknowledged, or resolved by upstream. */
  isAnswered: boolean;
  hasExpired: boolean;
}

/** `order.accepted` or `order.cancelled`. */
export interface Resolution {
  shopId: string;
  orderId: string;
  /** The broker has confirmed it. */
  confirmed: boolean;
}

/** A till saw the receipt then, so that the answer was committed before. */
export interface ObservedReceipt {
  shopId: string;
  seq: number;
  at: number;
}

export interface DecidedStep extends StepPlace {
  decidedAt: number;
  targets: string[];
}

export interface DeliveryRow {
  id: string;
  target: string;
  state: string;
  reason: string | null;
  /** Undefined where it is about the shop. */
  place: StepPlace | undefined;
}

/** A request that a receiver got. */
export interface ReceivedRequest {
  /** The `webhook-id`. */
  id: string;
  target: string;
  at: number;
  isSigned: boolean;
  /** It was answered with success. */
  wasTaken: boolean;
  place: StepPlace | undefined;
}

export interface BellMessage {
  /** The AMQP `message_id`: repeats of one message have one. */
  id: string;
  key: string;
  shopId: string;
  occurredAt: number;
  /** Of `notification.escalated`. */
  place: StepPlace | undefined;
}

export interface EscalationHistory {
  alerts: Alert[];
  resolutions: Resolution[];
  observedReceipts: ObservedReceipt[];
  steps: DecidedStep[];
  deliveries: DeliveryRow[];
  received: ReceivedRequest[];
  bell: BellMessage[];
  /** Rows that wait for their next step after all is settled. */
  stillOpen: number;
}
