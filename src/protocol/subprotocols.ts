/** The names that a client may offer in `Sec-WebSocket-Protocol`. */

/** JSON text frames that differ by `kind`. */
export const SUBPROTOCOL = 'orderbell.v1';

/**
 * For pages that want plain frames and offer their token as a subprotocol: a browser that has offered some and is
 * answered with none breaks off, and the token itself must not stand in an answer.
 */
export const PLAIN_SUBPROTOCOL = 'orderbell.plain';

/** A page cannot set headers of a WebSocket: it offers its token among the subprotocols, behind this. */
export const BEARER_SUBPROTOCOL = 'bearer.';

/** What a session is served. A session without a subprotocol of ours is plain. */
export type Protocol = 'plain' | typeof SUBPROTOCOL;
