/** The service's time: a till's own clock may be days off. Until the service has named its time, that is all there is. */

export interface ServiceClock {
  /** Milliseconds since 1970. */
  now(): number;
  /** The service has named its time. */
  readonly isKnown: boolean;
  /** What the service named, ISO 8601; what is no time changes nothing. */
  set(time: string): void;
}

/** `here` is the till's own clock. */
export function createServiceClock(here: () => number): ServiceClock {
  let aheadMs: number | undefined;
  return {
    now: () => here() + (aheadMs ?? 0),
    get isKnown() {
      return aheadMs !== undefined;
    },
    set(time) {
      const at = Date.parse(time);
      if (Number.isFinite(at)) aheadMs = at - here();
    },
  };
}
