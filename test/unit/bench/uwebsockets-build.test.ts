import { expect } from 'chai';
import { uwebsocketsBuild } from '../../bench/uwebsockets-build.ts';

describe('the report of the benchmarks', () => {
  it('names the build of uWebSockets.js that was loaded, and for which Node it is', () => {
    const { platform, arch, versions } = process;
    const file = `uws_${platform}_${arch}_${versions.modules}.node`;
    expect(uwebsocketsBuild()).to.equal(`${file} (Node ABI ${versions.modules})`);
  });
});
