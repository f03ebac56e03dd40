/** What becomes of a message from a client: counted, measured, read, and given to the handler of its kind. */

import { CLOSE } from '../../protocol/close-codes.ts';
import type { ClientFrame } from '../../protocol/frames.ts';
import type { GatewayObserver } from '../observer.ts';
import { errorFrame, type FrameFault, MAX_CLIENT_FRAME_BYTES, readClientFrame } from '../protocol.ts';
import type { Session } from '../session.ts';
import type { Acknowledger } from './acknowledge.ts';
import type { CountFrame } from './pace.ts';

export interface FrameHandlerOptions {
  countFrame: CountFrame;
  acknowledge: Acknowledger;
  observe: Pick<GatewayObserver, 'clientFrame'>;
}

export type HandleFrame = (session: Session, message: ArrayBuffer, isBinary: boolean) => void;

export function createFrameHandler({ countFrame, acknowledge, observe }: FrameHandlerOptions): HandleFrame {
  function handle(session: Session, frame: ClientFrame | FrameFault): void {
    observe.clientFrame(frame.kind === 'fault' ? frame.code : frame.kind);
    if (frame.kind === 'fault') session.send(errorFrame(frame.code, frame.message));
    else void acknowledge(session, frame.seq, frame.epoch);
  }

  return (session, message, isBinary) => {
    if (!countFrame(session)) return;
    if (message.byteLength > MAX_CLIENT_FRAME_BYTES) {
      observe.clientFrame('too-big');
      session.end(CLOSE.tooBig, `frames may have ${MAX_CLIENT_FRAME_BYTES} bytes`);
    } else if (session.request.protocol === 'plain') observe.clientFrame('plain');
    else handle(session, readClientFrame(message, isBinary));
  };
}
