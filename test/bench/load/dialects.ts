/** What each server wants said inside a new WebSocket before it sends anything, and how its frames carry alerts. */

export type Dialect = 'websocket' | 'socket.io' | 'centrifugo';

/** `bytes[start, end)`, valid only during the call. */
type OnAlert = (bytes: Buffer, start: number, end: number) => void;

export interface Conversation {
  /** To be sent as soon as the socket is open. */
  first?: string;
  onText(bytes: Buffer, start: number, end: number): void;
}

export interface ConversationOptions {
  /** The shop's number. */
  shop: number;
  send(text: string): void;
  /** From now on the server sends what it publishes. */
  onJoined(): void;
  onAlert: OnAlert;
}

/** Centrifugo's lines begin with `{"push"` or with `{"id"`, and a frame may have several. */
const PUSH_AT = 2;
const P = 0x70;
const NEWLINE = 0x0a;

export function converse(
  dialect: Dialect,
  { shop, send, onJoined, onAlert }: ConversationOptions,
): Conversation {
  switch (dialect) {
    case 'websocket':
      onJoined();
      return { onText: onAlert };
    case 'socket.io':
      return {
        onText(bytes, start, end) {
          const packet = bytes[start];
          if (packet === 0x30) setImmediate(() => send('40'));
          else if (packet === 0x32) send('3');
          else if (packet === 0x34 && bytes[start + 1] === 0x30) onJoined();
          else onAlert(bytes, start, end);
        },
      };
    case 'centrifugo':
      return {
        first: joinCentrifugo(shop),
        onText(bytes, start, end) {
          for (const [from, to] of linesOf(bytes, start, end)) {
            if (to - from <= 2) send('{}');
            else if (bytes[from + PUSH_AT] === P) onAlert(bytes, from, to);
            else if (bytes.toString('latin1', from, from + 7) === '{"id":2') onJoined();
          }
        },
      };
  }
}

/** With the place after which it left off. */
export function joinCentrifugo(shop: number, place?: { offset: number; epoch: string }): string {
  const subscribe = {
    channel: `shop-${shop}`,
    ...(place === undefined ? {} : { recover: true, ...place }),
  };
  return `{"id":1,"connect":{}}\n${JSON.stringify({ id: 2, subscribe })}`;
}

function linesOf(bytes: Buffer, start: number, end: number): [from: number, to: number][] {
  const lines: [number, number][] = [];
  for (let at = start; at < end; ) {
    const found = bytes.indexOf(NEWLINE, at);
    const to = found < 0 || found > end ? end : found;
    lines.push([at, to]);
    at = to + 1;
  }
  return lines;
}
