/**
 * What of a message can be sent again. Pure. Guarantees that amqplib can encode what it gives, in one frame: amqplib reads
 * more than it writes, and puts three bytes in the place of each that is not UTF-8, so that a key or an id of 255 bytes
 * comes back longer than it can be sent. The bytes themselves are lost then: the hex is of what amqplib made of them.
 */

export interface Resent {
  routingKey: string;
  messageId: string | undefined;
  timestamp: number | undefined;
  headers: Record<string, unknown>;
}

/** A short string of AMQP has one byte for its length. */
const SHORT = 255;

/** amqplib encodes the headers in a buffer of this size. */
const TABLE_BYTES = 65_536;

/** For our own headers, the id, the key and what frames them. */
const OTHER_BYTES = 3_400;

const MAX_DEPTH = 64;

/** `changes` says for people what had to be cut or left out. `frameMax` is the largest frame that the broker takes. */
export function toSendable(message: Resent, frameMax: number): { sendable: Resent; changes: string[] } {
  const changes: string[] = [];
  const short = (what: string, text: string) => {
    const cut = cutTo(text, SHORT);
    if (cut !== text) changes.push(`${what} was cut, hex ${hexOf(text)}`);
    return cut;
  };
  const routingKey = short('routing key', message.routingKey);
  const messageId = message.messageId === undefined ? undefined : short('message_id', message.messageId);
  const { timestamp } = message;
  const hasTime = timestamp !== undefined && Number.isSafeInteger(timestamp) && timestamp >= 0;
  if (timestamp !== undefined && !hasTime) changes.push(`timestamp ${timestamp} was left out`);
  const headers = sendableHeaders(message.headers, Math.min(TABLE_BYTES, frameMax) - OTHER_BYTES);
  const left = Object.keys(message.headers).length - Object.keys(headers).length;
  if (left > 0) changes.push(`${left} of its headers were left out`);
  const sendable = { routingKey, messageId, timestamp: hasTime ? timestamp : undefined, headers };
  return { sendable, changes };
}

/** The longest beginning of at most so many bytes in UTF-8. */
export function cutTo(text: string, bytes: number): string {
  if (Buffer.byteLength(text) <= bytes) return text;
  return text.slice(0, new TextEncoder().encodeInto(text, new Uint8Array(bytes)).read);
}

function hexOf(text: string): string {
  const bytes = Buffer.from(text);
  return `${bytes.subarray(0, SHORT).toString('hex')}${bytes.length > SHORT ? '…' : ''}`;
}

/** Those that fit, in their order; one that does not leaves its room to those after it. */
function sendableHeaders(headers: Record<string, unknown>, room: number): Record<string, unknown> {
  let left = room;
  const kept = Object.entries(headers).filter(([name, value]) => {
    const size = sizeOfField(name, value, 0);
    if (size === undefined || size > left) return false;
    left -= size;
    return true;
  });
  return Object.fromEntries(kept);
}

function sizeOfField(name: string, value: unknown, depth: number): number | undefined {
  const nameBytes = Buffer.byteLength(name);
  const size = nameBytes > SHORT ? undefined : sizeOf(value, depth);
  return size === undefined ? undefined : 1 + nameBytes + size;
}

/** At most so many bytes with its tag; undefined for what amqplib cannot write. */
function sizeOf(value: unknown, depth: number): number | undefined {
  if (value === null) return 1;
  if (typeof value === 'boolean') return 2;
  if (typeof value === 'string') return 5 + Buffer.byteLength(value);
  if (typeof value === 'number') return isWritable(value) ? 9 : undefined;
  if (typeof value !== 'object' || depth > MAX_DEPTH) return undefined;
  if (Buffer.isBuffer(value)) return 5 + value.length;
  if (Array.isArray(value)) return sum(value.map((item) => sizeOf(item, depth + 1)));
  if (Object.hasOwn(value, '!')) return sizeOfTyped(value);
  return sum(Object.entries(value).map(([name, inner]) => sizeOfField(name, inner, depth + 1)));
}

function sum(sizes: readonly (number | undefined)[]): number | undefined {
  let total = 5;
  for (const size of sizes) {
    if (size === undefined) return undefined;
    total += size;
  }
  return total;
}

/** What amqplib takes for a double, or for an integer that 64 bits hold; the broker reads no infinite one. */
function isWritable(number: number): boolean {
  if (number >= 2 ** 63) return number < Number.POSITIVE_INFINITY;
  if (Math.abs(number) < 2 ** 50) return true;
  return Number.isInteger(number) && number >= -(2 ** 63);
}

/** What amqplib reads of a time or a decimal. A table of the sender's may have the key `!` as well. */
function sizeOfTyped(value: object): number | undefined {
  const { '!': type, value: inner } = { value: undefined, '!': undefined, ...value } as Record<
    string,
    unknown
  >;
  if (type === 'timestamp') return isWhole(inner, Number.MAX_SAFE_INTEGER) ? 9 : undefined;
  if (type !== 'decimal' || typeof inner !== 'object' || inner === null) return undefined;
  const { places, digits } = inner as Record<string, unknown>;
  return isWhole(places, 255) && isWhole(digits, 2 ** 32 - 1) ? 6 : undefined;
}

function isWhole(value: unknown, most: number): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= most;
}
