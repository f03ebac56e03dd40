/** The codes of RFC 6455 section 7.4 that end a session, and our own above 4000. */

/** What the gateway closes with. */
export const CLOSE = {
  /** The client has sent far more frames than it may: come back later, and send less. */
  tooFast: 1008,
  tooBig: 1009,
  /** Come back after a random delay. */
  restarting: 1012,
  /** Final: another session took this one's `sid`, so do not reconnect. */
  replaced: 4001,
  /** The token has ended, or its paired till was removed: come back with another token. */
  tokenExpired: 4003,
  /** Another subject had this `sid` first, at another gateway: come back later, as after a 409. */
  sidTaken: 4009,
} as const;

/**
 * The gateway never sends it. A proxy in front that ends WebSockets itself may (RFC 6455's registry: "try again later",
 * for a server that is overloaded), and a client must not answer that with attempts at once.
 */
export const TRY_AGAIN_LATER = 1013;

/** What a close code of ours is called where closes are counted, as `too-big`; undefined for any other code. */
export function nameOfClose(code: number | undefined): string | undefined {
  const named = Object.entries(CLOSE).find(([, ours]) => ours === code);
  return named?.[0].replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
