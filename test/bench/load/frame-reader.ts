/**
 * The least that reads a server's WebSocket frames: unmasked, unfragmented, as all servers measured here send them. It
 * allocates nothing for a frame that came in one piece, so that the load client is not what is measured.
 */

/** The payload is `bytes[start, end)`, valid only during the call. */
export type OnFrame = (opcode: number, bytes: Buffer, start: number, end: number) => void;

export interface FrameReader {
  /** The first `length` bytes, whose memory may be reused afterwards. */
  push(bytes: Buffer, length: number): void;
}

export function createFrameReader(onFrame: OnFrame): FrameReader {
  let rest: Buffer | undefined;

  return {
    push(bytes, length) {
      const data = rest === undefined ? bytes : Buffer.concat([rest, bytes.subarray(0, length)]);
      const end = rest === undefined ? length : data.length;
      let at = 0;
      while (at + 2 <= end) {
        let size = (data[at + 1] ?? 0) & 0x7f;
        let start = at + 2;
        if (size === 126) {
          if (at + 4 > end) break;
          size = data.readUInt16BE(at + 2);
          start = at + 4;
        } else if (size === 127) {
          if (at + 10 > end) break;
          size = Number(data.readBigUInt64BE(at + 2));
          start = at + 10;
        }
        if (start + size > end) break;
        onFrame((data[at] ?? 0) & 0x0f, data, start, start + size);
        at = start + size;
      }
      rest = at < end ? Buffer.from(data.subarray(at, end)) : undefined;
    },
  };
}
