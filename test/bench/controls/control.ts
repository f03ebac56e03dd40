/** What a server that only broadcasts can do, so that each is measured by the same case. */

export interface ControlCommands {
  /** The address, with `{n}` for the socket's number. */
  listen(nothing: null): Promise<{ url: string }>;
  /** Sends `frame` to everybody `count` times, `perTurn` in one turn of the event loop. Resolves when all is handed over. */
  publish(request: { frame: string; count: number; perTurn: number }): Promise<void>;
}
