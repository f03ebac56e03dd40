/** Reads the frames that an orderbell.v1 client sends, by a table of their kinds. Knows no transport. */

import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import {
  type ClientFrame,
  type ClientFrameKind,
  type FrameErrorCode,
  MAX_ACKS,
  REPORTED_SOUNDS,
} from '../../protocol/frames.ts';
import { CLIENT_FRAMES } from '../frame-schemas.ts';

/** A frame that breaks the protocol: the error to answer with. */
export interface FrameFault {
  kind: 'fault';
  code: FrameErrorCode;
  message: string;
}

type Readers = { readonly [K in ClientFrameKind]: (value: object) => ClientFrame<K> | FrameFault };

const anyFrame = Compile(Type.Object({ kind: Type.String() }));
const ackFrame = Compile(CLIENT_FRAMES.ack);
const reachedPlace = Compile(Type.Pick(CLIENT_FRAMES.seen, ['seq', 'epoch']));
const hearingFrame = Compile(CLIENT_FRAMES.hearing);

const READERS: Readers = {
  ack(value) {
    if (!ackFrame.Check(value))
      return fault(
        'bad-frame',
        `seq must be a positive integer, or seqs 1 to ${MAX_ACKS} of them, and epoch one that was sent`,
      );
    const { epoch } = value;
    const what = 'seqs' in value ? { seqs: value.seqs } : { seq: value.seq };
    return { kind: 'ack', ...what, ...(epoch === undefined ? {} : { epoch }) };
  },
  seen: (value) => readReached('seen', value),
  spoken: (value) => readReached('spoken', value),
  hearing(value) {
    if (!hearingFrame.Check(value))
      return fault(
        'bad-frame',
        `sound must be one of ${REPORTED_SOUNDS.join(', ')}, and visible true or false`,
      );
    const { sound, visible } = value;
    return { kind: 'hearing', sound, visible };
  },
};

function readReached<const Kind extends 'seen' | 'spoken'>(kind: Kind, value: object) {
  if (!reachedPlace.Check(value)) {
    return fault('bad-frame', 'seq must be a positive integer, and epoch one that was sent');
  }
  const { seq, epoch } = value;
  return { kind, seq, ...(epoch === undefined ? {} : { epoch }) };
}

/** Never throws: a frame that breaks the protocol is a `fault`. */
export function readClientFrame(message: ArrayBuffer, isBinary: boolean): ClientFrame | FrameFault {
  if (isBinary) return fault('bad-frame', 'frames must be text');
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(message));
  } catch {
    return fault('bad-frame', 'frames must be JSON');
  }
  if (!anyFrame.Check(value)) return fault('bad-frame', 'a frame is an object with a kind');
  const { kind } = value;
  if (!isKnown(kind)) return fault('unknown-kind', `kind ${JSON.stringify(kind.slice(0, 40))}`);
  return READERS[kind](value);
}

function isKnown(kind: string): kind is ClientFrameKind {
  return Object.hasOwn(READERS, kind);
}

function fault(code: FrameErrorCode, message: string): FrameFault {
  return { kind: 'fault', code, message };
}
