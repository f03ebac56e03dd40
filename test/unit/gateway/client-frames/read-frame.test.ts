import { expect } from 'chai';
import { readClientFrame } from '../../../../src/gateway/client-frames/read-frame.ts';

describe('reading a frame of the client', () => {
  const read = (text: string | Uint8Array, isBinary = false) => {
    const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
    return readClientFrame(bytes.slice().buffer, isBinary);
  };
  const codeOf = (text: string | Uint8Array, isBinary = false) => {
    const frame = read(text, isBinary);
    return frame.kind === 'fault' ? frame.code : frame.kind;
  };

  it('takes an ack of one seq, whatever else stands in it', () => {
    expect(read('{"kind":"ack","seq":42}')).to.deep.equal({ kind: 'ack', seq: 42 });
    expect(read(' {"seq":9007199254740991,"kind":"ack","extra":[1]} ')).to.deep.equal({
      kind: 'ack',
      seq: Number.MAX_SAFE_INTEGER,
    });
  });

  it('calls a binary frame bad, also when it holds a good one', () => {
    expect(codeOf('{"kind":"ack","seq":42}', true)).to.equal('bad-frame');
  });

  for (const text of ['', 'ping', '{', '{"kind":"ack","seq":42}}', 'undefined']) {
    it(`calls what is no JSON bad: ${JSON.stringify(text)}`, () => {
      expect(codeOf(text)).to.equal('bad-frame');
    });
  }

  it('calls what is no UTF-8 bad', () => {
    expect(codeOf(Uint8Array.of(0x22, 0xff, 0x22))).to.equal('bad-frame');
  });

  for (const text of ['null', '7', '"ack"', '[]', '[{"kind":"ack"}]', '{}', '{"kind":1}', '{"kind":null}']) {
    it(`calls what is no object with a kind bad: ${text}`, () => {
      expect(codeOf(text)).to.equal('bad-frame');
    });
  }

  for (const seq of ['0', '-1', '1.5', '"1"', 'null', '9007199254740992', '1e300', '[1]', 'true']) {
    it(`calls an ack of seq ${seq} bad`, () => {
      expect(codeOf(`{"kind":"ack","seq":${seq}}`)).to.equal('bad-frame');
    });
  }

  for (const kind of ['seen', 'spoken'] as const) {
    it(`takes ${kind} up to one seq, in a log that may be named`, () => {
      expect(read(`{"kind":"${kind}","seq":42,"sid":"x"}`)).to.deep.equal({ kind, seq: 42 });
      expect(read(`{"kind":"${kind}","seq":1,"epoch":"a.b"}`)).to.deep.equal({ kind, seq: 1, epoch: 'a.b' });
    });

    for (const rest of ['', ',"seq":0', ',"seq":"1"', ',"seq":1,"epoch":"<b>"', ',"seq":1,"epoch":null']) {
      it(`calls ${kind} bad with${rest || ' nothing'}`, () => {
        expect(codeOf(`{"kind":"${kind}"${rest}}`)).to.equal('bad-frame');
      });
    }
  }

  it('calls an ack without a seq bad', () => {
    expect(codeOf('{"kind":"ack"}')).to.equal('bad-frame');
  });

  it('takes each report of the sound, whatever else stands in it', () => {
    for (const sound of ['on', 'muted', 'locked', 'failed']) {
      expect(read(JSON.stringify({ visible: false, kind: 'hearing', sound, more: 1 }))).to.deep.equal({
        kind: 'hearing',
        sound,
        visible: false,
      });
    }
  });

  for (const fields of ['', ',"sound":"on"', ',"sound":"loud","visible":true', ',"sound":"on","visible":1']) {
    it(`calls a report of the sound bad with ${fields || 'nothing'}`, () => {
      expect(codeOf(`{"kind":"hearing"${fields}}`)).to.equal('bad-frame');
    });
  }

  it('names a kind that it does not know, cut to a bearable length', () => {
    expect(read('{"kind":"nack","seq":1}')).to.deep.equal({
      kind: 'fault',
      code: 'unknown-kind',
      message: 'kind "nack"',
    });
    const frame = read(JSON.stringify({ kind: 'x'.repeat(3000) }));
    expect(frame).to.have.property('code', 'unknown-kind');
    expect(JSON.stringify(frame).length).to.be.below(150);
  });

  it('does not take a kind of the prototype for its own', () => {
    expect(codeOf('{"__proto__":{"kind":"ack","seq":1}}')).to.equal('bad-frame');
  });
});
