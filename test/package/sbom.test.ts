import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { mustRun } from '../../src/dev/command.ts';
import { ROOT } from './packed.ts';

interface Component {
  name: string;
  version: string;
  purl: string;
  licenses: { license?: { id: string }; expression?: string }[];
  components?: Component[];
}

describe('the bill of materials', function () {
  this.timeout(60_000);
  let bom: {
    bomFormat: string;
    specVersion: string;
    metadata: { component: Component };
    components: Component[];
  };
  before(async () => {
    await mustRun('npm', ['run', '--silent', 'sbom'], { cwd: ROOT });
    bom = JSON.parse(readFileSync(join(ROOT, 'orderbell.cdx.json'), 'utf8'));
  });

  it('is CycloneDX, of this version of the service', () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    expect(bom.bomFormat).to.equal('CycloneDX');
    expect(bom.metadata.component).to.include({ name: 'orderbell', version, type: 'application' });
  });

  it('has every library that runs in production at the version of the lock file, and no other', () => {
    const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'));
    const locked = Object.entries<{ dev?: boolean; version: string }>(packages)
      .filter(([path, { dev }]) => path !== '' && dev !== true)
      .map(([path, { version }]) => `${path.replace(/^.*node_modules\//, '')}@${version}`);
    expect(bom.components.map(({ name, version }) => `${name}@${version}`)).to.have.members([
      ...new Set(locked),
    ]);
  });

  it('has a licence for each, and that of the text where package.json says another', () => {
    for (const { name, licenses } of bom.components)
      expect(licenses?.[0]?.license?.id, name).to.be.a('string');
    const sockets = bom.components.find(({ name }) => name === 'uWebSockets.js');
    expect(sockets?.licenses).to.deep.equal([{ license: { id: 'Apache-2.0' } }]);
    const parts = sockets?.components?.map(({ name }) => name);
    expect(parts).to.deep.equal(['uWebSockets', 'uSockets', 'BoringSSL', 'lsquic']);
  });
});
