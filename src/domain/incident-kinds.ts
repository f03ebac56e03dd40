/** Why a verified notice of a payment, or of a refund, cannot be applied. */

/** Each kind, and whether it may be over when the same notice comes again: then the provider is asked to. */
const INCIDENTS = {
  'second-transaction': false,
  cancelled: false,
  'amount-differs': false,
  'not-awaiting-payment': false,
  'ambiguous-number': false,
  // The order may be on its way to us.
  'unknown-number': true,
  // So may a key, or a number of ours, that was changed at the provider.
  'other-merchant': true,
  'other-application': true,
  unreadable: true,
  'other-currency': false,
  // The payment may be on its way to us.
  'refund-of-no-payment': true,
  'refund-exceeds': false,
  'refund-failed': false,
} as const;
export type IncidentKind = keyof typeof INCIDENTS;
export const INCIDENT_KINDS = Object.keys(INCIDENTS) as IncidentKind[];

export function comesAgain(kind: IncidentKind): boolean {
  return INCIDENTS[kind];
}
