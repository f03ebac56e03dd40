/** How a client of each server says where it had got to, and reads from the frames where it is: the documented protocols. */

import { joinCentrifugo } from './dialects.ts';

export type ResumptionDialect = 'orderbell' | 'centrifugo';

export interface ResumptionEvents {
  /** `step` is 1 where the alert follows the one before it. */
  onAlert(step: number, content: string): void;
  /** All that was missed has come. */
  onCaughtUp(): void;
  answer(text: string): void;
}

/** One client's place, from socket to socket. */
export interface Resumption {
  readonly protocol: string | undefined;
  /** Of the last alert that came; undefined before it was live. */
  place(): number | undefined;
  /** The address to come back to. */
  url(base: string): string;
  /** What to send as soon as the socket is open. */
  first(): string | undefined;
  read(text: string, events: ResumptionEvents): void;
}

export function readOrderbell(): Resumption {
  let place: { seq: number; epoch: string } | undefined;
  return {
    protocol: 'orderbell.v1',
    place: () => place?.seq,
    url: (base) => (place === undefined ? base : `${base}&since=${place.seq}&epoch=${place.epoch}`),
    first: () => undefined,
    read(text, { onAlert, onCaughtUp }) {
      const frame = JSON.parse(text);
      if (frame.kind === 'ready') {
        place ??= { seq: frame.head, epoch: frame.epoch };
        onCaughtUp();
      } else if (frame.kind === 'notification' && place !== undefined) {
        onAlert(frame.seq - place.seq, frame.content);
        place.seq = frame.seq;
      }
    },
  };
}

interface Publication {
  data: { content: string };
  offset: number;
}

/** All clients listen to shop 0. The offset of a reply that recovers is that of before. */
export function readCentrifugo(): Resumption {
  let place: { offset: number; epoch: string } | undefined;
  const take = ({ data, offset }: Publication, { onAlert }: ResumptionEvents) => {
    if (place === undefined) return;
    onAlert(offset - place.offset, data.content);
    place.offset = offset;
  };
  return {
    protocol: undefined,
    place: () => place?.offset,
    url: (base) => base,
    first: () => joinCentrifugo(0, place),
    read(text, events) {
      for (const line of text.split('\n')) {
        const frame = JSON.parse(line);
        if (frame.push?.pub !== undefined) take(frame.push.pub, events);
        else if (frame.subscribe !== undefined) {
          const {
            offset = 0,
            epoch,
            publications = [],
            was_recovering: wasRecovering,
            recovered,
          } = frame.subscribe;
          if (wasRecovering && !recovered) throw new Error('the history did not reach back');
          place ??= { offset, epoch };
          for (const publication of publications) take(publication, events);
          events.onCaughtUp();
        } else if (frame.error !== undefined) throw new Error(line);
        else if (line === '{}') events.answer('{}');
      }
    },
  };
}
