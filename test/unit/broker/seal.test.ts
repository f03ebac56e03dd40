import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { createSeal } from '../../../src/broker/seal.ts';

describe('the seal of announcements', () => {
  const [ours, next, theirs] = [randomBytes(32), randomBytes(32), randomBytes(32)];
  const sealWith = (...keys: Buffer[]) => createSeal('announcements', () => keys);
  const sealed = (body: string) => sealWith(ours).seal(body) ?? Buffer.alloc(0);

  it('opens what was sealed with any of its keys, as it was', () => {
    for (const body of ['', '{}', '订单号', 'x'.repeat(100_000)]) {
      expect(sealWith(ours).open(sealed(body))?.toString()).to.equal(body);
      expect(sealWith(next, ours).open(sealed(body))?.toString()).to.equal(body);
    }
  });

  it('seals with the first of its keys', () => {
    const body = sealWith(next, ours).seal('x') ?? Buffer.alloc(0);
    expect(sealWith(next).open(body)?.toString()).to.equal('x');
    expect(sealWith(ours).open(body)).to.equal(undefined);
  });

  it('does not open what another key sealed, or the same key for another exchange', () => {
    expect(sealWith(theirs, next).open(sealed('x'))).to.equal(undefined);
    expect(createSeal('staging.announcements', () => [ours]).open(sealed('x'))).to.equal(undefined);
  });

  it('does not open what has a bit changed, is cut short, or is longer', () => {
    const whole = sealed('{"seq":1}');
    for (let bit = 0; bit < whole.length * 8; bit++) {
      const changed = Buffer.from(whole);
      changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(sealWith(ours).open(changed), `bit ${bit}`).to.equal(undefined);
    }
    for (let length = 0; length < whole.length; length++) {
      expect(sealWith(ours).open(whole.subarray(0, length)), `length ${length}`).to.equal(undefined);
    }
    expect(sealWith(ours).open(Buffer.concat([whole, Buffer.from(' ')]))).to.equal(undefined);
  });

  it('seals and opens nothing without a key', () => {
    expect(sealWith().seal('x')).to.equal(undefined);
    expect(sealWith().open(sealed('x'))).to.equal(undefined);
  });
});
