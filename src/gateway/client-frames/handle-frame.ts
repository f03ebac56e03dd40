/** What becomes of a message from a client: counted, measured, read, and given to the handler of its kind. */

import { CLOSE } from '../../protocol/close-codes.ts';
import type { ClientFrame, ClientFrameKind } from '../../protocol/frames.ts';
import type { GatewayObserver } from '../observer.ts';
import { errorFrame } from '../server-frames.ts';
import type { Session } from '../session.ts';
import type { CountFrame } from './pace.ts';
import { readClientFrame } from './read-frame.ts';

/** One handler for each kind: a kind without one does not compile. */
export type FrameHandlers = {
  readonly [K in ClientFrameKind]: (session: Session, frame: ClientFrame<K>) => void;
};

export interface FrameHandlerOptions {
  countFrame: CountFrame;
  handlers: FrameHandlers;
  observe: Pick<GatewayObserver, 'clientFrame'>;
}

export type HandleFrame = (session: Session, message: ArrayBuffer, isBinary: boolean) => void;

/** The protocol has no longer frames. */
const MAX_CLIENT_FRAME_BYTES = 4 * 1024;

export function createFrameHandler({ countFrame, handlers, observe }: FrameHandlerOptions): HandleFrame {
  function handle<K extends ClientFrameKind>(session: Session, kind: K, frame: ClientFrame<K>): void {
    observe.clientFrame(kind);
    handlers[kind](session, frame);
  }

  return (session, message, isBinary) => {
    if (!countFrame(session)) return;
    if (message.byteLength > MAX_CLIENT_FRAME_BYTES) {
      observe.clientFrame('too-big');
      session.end(CLOSE.tooBig, `frames may have ${MAX_CLIENT_FRAME_BYTES} bytes`);
      return;
    }
    if (session.request.protocol === 'plain') {
      observe.clientFrame('plain');
      return;
    }
    const frame = readClientFrame(message, isBinary);
    if (frame.kind === 'fault') {
      observe.clientFrame(frame.code);
      session.send(errorFrame(frame.code, frame.message));
    } else handle(session, frame.kind, frame);
  };
}
