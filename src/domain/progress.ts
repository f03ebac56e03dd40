/** How far a shop's notifications have come at its tills, as these report it. */

/** On the screen; said or chimed to the end. */
export type ProgressKind = 'seen' | 'spoken';

/** Every notification of the shop up to `seq` has come so far, at the session `sid`. */
export interface Progress {
  readonly shopId: string;
  readonly kind: ProgressKind;
  readonly seq: number;
  readonly sid: string;
}

/** The same, with how many milliseconds ago it was reported. */
export interface ReportedProgress extends Progress {
  readonly ageMs: number;
  /** How long ago the gateway published `seq` to sockets; undefined where it did not, or does not know any more. */
  readonly broadcastAgeMs?: number | undefined;
}
