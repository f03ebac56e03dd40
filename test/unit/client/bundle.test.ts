/** The client as pages get it: the real bundle, imported as they import it. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import { bundleClient, bundleReconnect } from '../../../src/dev/bundle-client.ts';

describe('the bundle of the client', () => {
  let dir: string;
  let file: string;
  before(async () => {
    dir = mkdtempSync(join(tmpdir(), 'orderbell-bundle-'));
    file = await bundleClient(dir);
  });
  after(() => rmSync(dir, { recursive: true, force: true }));

  it('is under 6 kB compressed, and lies there so compressed', () => {
    const gzipped = readFileSync(`${file}.gz`);
    expect(gzipped.length).to.be.below(6_000);
    expect(gunzipSync(gzipped)).to.deep.equal(readFileSync(file));
    expect(brotliDecompressSync(readFileSync(`${file}.br`))).to.deep.equal(readFileSync(file));
  });

  // It holds the client, which has a limit of its own above, and 2 kB of its own.
  it('is under 8 kB compressed as the script for old front ends, which is no module', async () => {
    const script = await bundleReconnect(dir);
    expect(readFileSync(`${script}.gz`).length).to.be.below(8_000);
    expect(readFileSync(script, 'utf8')).not.to.match(/\b(import|export|require)\b/);
  });

  it('imports nothing, and knows of nothing that is only in Node', () => {
    const text = readFileSync(file, 'utf8');
    expect(text).not.to.match(/\bimport\b|\brequire\b|\bprocess\b|\bBuffer\b|node:/);
  });

  it('exports connect and nothing else', async () => {
    const module = await import(pathToFileURL(file).href);
    expect(Object.keys(module)).to.deep.equal(['connect']);
  });

  it("waits by the page's own timers where it is given them", async () => {
    const { connect } = await import(pathToFileURL(file).href);
    const waits: number[] = [];
    class NoSocket {
      constructor() {
        throw new Error('there is no network');
      }
    }
    const after = (ms: number) => {
      waits.push(ms);
      return () => {};
    };
    const bell = connect({ url: 'http://127.0.0.1', sid: 'till-1', store: null, WebSocket: NoSocket, after });
    await new Promise((resolve) => bell.on('state', resolve));
    expect(bell.state.name).to.equal('waiting');
    expect(waits.at(-1)).to.equal(bell.state.retryInMs);
    bell.close();
  });

  it('says what is missing where there is no WebSocket', async () => {
    const { connect } = await import(pathToFileURL(file).href);
    const options = { url: 'http://127.0.0.1', sid: 'till-1' };
    // Given as something else, since newer versions of Node have one.
    expect(() => connect({ ...options, WebSocket: null })).to.throw(TypeError, 'WebSocket');
  });
});
