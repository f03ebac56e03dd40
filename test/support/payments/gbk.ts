/** Text in GBK: Node only decodes it, so the table is turned around once. */

const decoder = new TextDecoder('gbk');
let table: Map<string, Buffer> | undefined;

export function encodeGbk(text: string): Buffer {
  table ??= gbkTable();
  const codes = table;
  return Buffer.concat(
    [...text].map((one) => {
      const bytes = one.charCodeAt(0) < 0x80 ? Buffer.from(one) : codes.get(one);
      if (bytes === undefined) throw new Error(`${one} is not in GBK`);
      return bytes;
    }),
  );
}

function gbkTable(): Map<string, Buffer> {
  const codes = new Map<string, Buffer>();
  for (let lead = 0x81; lead <= 0xfe; lead++) {
    for (let trail = 0x40; trail <= 0xfe; trail++) {
      const bytes = Buffer.from([lead, trail]);
      const text = decoder.decode(bytes);
      if (text.length === 1 && text !== '\ufffd') codes.set(text, bytes);
    }
  }
  return codes;
}
