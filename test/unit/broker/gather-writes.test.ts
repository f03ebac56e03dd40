import { Writable } from 'node:stream';
import { expect } from 'chai';
import { gatherWrites } from '../../../src/broker/gather-writes.ts';

/** Counts how often it is written to, as a socket's system calls would be. */
function createSink(highWaterMark?: number) {
  const writes: string[] = [];
  const stream = new Writable({
    ...(highWaterMark === undefined ? {} : { highWaterMark }),
    write(chunk, _, done) {
      writes.push(String(chunk));
      done();
    },
    writev(chunks, done) {
      writes.push(chunks.map(({ chunk }) => String(chunk)).join(''));
      done();
    },
  });
  gatherWrites(stream);
  return { stream, writes };
}

describe('gathering the writes of a turn', () => {
  it('makes one write of all of them, in their order', async () => {
    const { stream, writes } = createSink();
    for (const part of ['a', 'b', 'c']) stream.write(part);
    await Promise.resolve();
    expect(writes).to.deep.equal(['abc']);
  });

  it('holds nothing back until the next turn', async () => {
    const { stream, writes } = createSink();
    stream.write('a');
    await Promise.resolve();
    stream.write('b');
    await Promise.resolve();
    expect(writes).to.deep.equal(['a', 'b']);
  });

  it('calls back each write, and says when there is no more room', async () => {
    const { stream } = createSink(2);
    const done: string[] = [];
    expect(stream.write('a', () => done.push('a'))).to.equal(true);
    expect(stream.write('b', () => done.push('b'))).to.equal(false);
    await new Promise((resolve) => stream.once('drain', resolve));
    expect(done).to.deep.equal(['a', 'b']);
  });

  it('writes what is left when the stream ends in the same turn', async () => {
    const { stream, writes } = createSink();
    stream.write('a');
    stream.end('b');
    await new Promise((resolve) => stream.once('finish', resolve));
    expect(writes.join('')).to.equal('ab');
  });
});
