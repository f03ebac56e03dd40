/** The manifests against the published schemas of Kubernetes, KEDA and the Prometheus operator. */

import { expect } from 'chai';
import { readManifests } from './manifests.ts';
import { fieldFaults, valueFault } from './schemas.ts';

describe('the schemas of the manifests for Kubernetes', function () {
  this.timeout(60_000); // the compiler, on a machine that does something else as well
  const manifests = readManifests();

  for (const manifest of manifests) {
    it(`take the values of ${manifest.kind} ${manifest.name} in ${manifest.file}`, () =>
      expect(valueFault(manifest)).to.equal(undefined));
  }

  it('know every field', () => expect(fieldFaults(manifests)).to.deep.equal([]));

  it('refuse a wrong value, and a misspelled field', () => {
    const deployment = manifests.find(({ kind }) => kind === 'Deployment');
    if (deployment === undefined) throw new Error('no Deployment');
    const wrong = { ...deployment, content: { ...deployment.content, spec: { replicas: 'two' } } };
    expect(valueFault(wrong)).to.match(/replicas/);
    const spec = { ...Object(deployment.content.spec), replica: 2 };
    const misspelled = { ...deployment, content: { ...deployment.content, spec } };
    expect(fieldFaults([misspelled]).join()).to.match(/'"replica"' does not exist/);
  });
});
