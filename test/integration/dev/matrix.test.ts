import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { which } from '../../../src/dev/programs.ts';

describe('the matrix', () => {
  it('is skipped, and says why, where there is no debootstrap', function () {
    if (process.platform !== 'linux') this.skip();
    const bin = mkdtempSync(join(tmpdir(), 'orderbell-path-'));
    try {
      for (const program of ['bash', 'dirname', 'uname'])
        symlinkSync(which(program) ?? '', join(bin, program));
      const { status, stdout, stderr } = spawnSync('bash', ['test/matrix/run'], {
        env: { PATH: bin },
        encoding: 'utf8',
      });
      expect([status, stdout, stderr]).to.deep.equal([
        0,
        'matrix: skipped: debootstrap is not installed\n',
        '',
      ]);
    } finally {
      rmSync(bin, { recursive: true, force: true });
    }
  });
});
