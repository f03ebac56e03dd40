/** The manifests against each other, and against the service that they run. */

import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { type Config, schema, settings } from '../../../src/config/config.ts';
import { assertServable, layConfig, loadConfig } from '../../../src/config/load.ts';
import { exists, type Manifest, readKustomizations, readManifests, yamlFiles } from './manifests.ts';
import { at, list, text, type Yaml } from './yaml.ts';

const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));
const manifests = readManifests();
const ofKind = (...kinds: string[]) => manifests.filter(({ kind }) => kinds.includes(kind));
const deployments = ofKind('Deployment');
const pods = ofKind('Deployment', 'Job');
const shared = ofKind('ConfigMap').map(({ content }) => at(content, 'data'));

/** What comes from the secret that README.md has the operator make. */
const SECRETS = {
  DATABASE_URL: 'postgres://orderbell_service:secret@postgres/orderbell',
  AMQP_URL: 'amqp://orderbell:secret@rabbitmq',
  AUTH_SECRET: '5d1f0c2e9b7a48c6a1e3f5079d2b4c6e8a0f1d3b5c7e9f02',
  PAYMENTS_SECRETS: 'c4e6a8f0b2d41357902468ace13579bdf8e6d4c2b0a19f7d',
};

function container({ content }: Manifest): Yaml | undefined {
  return at(content, 'spec', 'template', 'spec', 'containers', 0);
}

function labelsOf(manifest: Manifest): Yaml | undefined {
  return at(manifest.content, 'spec', 'template', 'metadata', 'labels');
}

/** The variables that a container is given by name, without those that come from a secret. */
function environment(manifest: Manifest): Record<string, string> {
  const named = list(at(container(manifest), 'env')).map((each) => [at(each, 'name'), at(each, 'value')]);
  const forAll = shared.flatMap((each) => Object.entries(each ?? {}));
  return Object.fromEntries([...forAll, ...named].map(([name, value]) => [name, value ?? '']));
}

function configOf(manifest: Manifest): Config {
  return loadConfig({ ...environment(manifest), ...SECRETS });
}

function selects(selector: Yaml | undefined, labels: Yaml | undefined): boolean {
  const byLabels = Object.entries(at(selector, 'matchLabels') ?? {});
  const byRules = list(at(selector, 'matchExpressions'));
  return (
    byLabels.every(([name, value]) => at(labels, name) === value) &&
    byRules.every((rule) =>
      list(at(rule, 'values')).includes(at(labels, text(at(rule, 'key')) ?? '') ?? null),
    )
  );
}

describe('the manifests for Kubernetes', () => {
  describe('in their kustomizations', () => {
    const kustomizations = readKustomizations();
    it('are there, all that are named', () => {
      expect(kustomizations.flatMap(({ names }) => names).filter((name) => !exists(name))).to.deep.equal([]);
    });

    it('are named, all that are there', () => {
      const named = kustomizations.flatMap(({ names }) => names);
      const files = yamlFiles().filter((file) => !file.endsWith('kustomization.yaml'));
      expect(files.filter((file) => !named.includes(file))).to.deep.equal([]);
    });

    it('have what each patch is for', () => {
      for (const { file, content } of kustomizations) {
        for (const patch of list(content.patches)) {
          const [kind, name] = ['kind', 'name'].map((key) => at(patch, 'target', key));
          const found = manifests.filter((manifest) => manifest.kind === kind && manifest.name === name);
          expect(found, `${file}: ${kind} ${name}`).to.have.length(1);
        }
      }
    });

    it('are of one image, and of this version', () => {
      const images = kustomizations.flatMap(({ content }) => list(content.images));
      expect(new Set(images.map((image) => JSON.stringify(image))).size).to.equal(1);
      expect(at(images[0], 'newTag')).to.equal(version);
      for (const manifest of pods) expect(at(container(manifest), 'image')).to.equal(at(images[0], 'name'));
    });
  });

  describe('for the service', () => {
    it('have a Deployment for each role', () => {
      const roles = deployments.map((manifest) => list(at(container(manifest), 'args')).at(-1));
      expect(roles).to.have.members([...schema.roles.default]);
    });

    it('set no variable that the service does not know', () => {
      const known = new Set(settings.map(({ variable }) => variable));
      const set = pods.flatMap((manifest) => Object.keys(environment(manifest)));
      expect(set.filter((name) => !known.has(name))).to.deep.equal([]);
    });

    for (const manifest of deployments) {
      it(`configure it without a fault: ${manifest.name}`, () => {
        const layers = layConfig({ ...environment(manifest), ...SECRETS });
        layers.load();
        expect(layers.faults()).to.deep.equal([]);
        assertServable(configOf(manifest));
      });

      it(`give it the time that its drain takes: ${manifest.name}`, () => {
        const { drain } = configOf(manifest);
        const spec = at(manifest.content, 'spec', 'template', 'spec');
        const before = Number(at(container(manifest), 'lifecycle', 'preStop', 'sleep', 'seconds'));
        const sockets = manifest.name.endsWith('gateway') ? drain.socketSeconds : 0;
        const needed = before + drain.readySeconds + sockets + 2 * drain.stepSeconds;
        expect(at(spec, 'terminationGracePeriodSeconds')).to.be.at.least(needed);
      });

      it(`wait for its servers at the start as long as it does itself: ${manifest.name}`, () => {
        const { database, amqp } = configOf(manifest);
        const probe = at(container(manifest), 'startupProbe');
        const seconds = Number(at(probe, 'periodSeconds')) * Number(at(probe, 'failureThreshold'));
        expect(seconds).to.be.greaterThan(database.waitSeconds + amqp.connectSeconds);
      });
    }

    it('scale the workers by the queue that they consume', () => {
      const [scaled] = ofKind('ScaledObject');
      const { prefix } = configOf(deployments[0] ?? fail()).amqp;
      expect(at(scaled?.content, 'spec', 'triggers', 0, 'metadata', 'queueName')).to.equal(
        `${prefix}notifications`,
      );
    });
  });

  describe('with each other', () => {
    it('scale what is there, and set no number of what is scaled', () => {
      for (const { content } of ofKind('HorizontalPodAutoscaler', 'ScaledObject')) {
        const name = at(content, 'spec', 'scaleTargetRef', 'name');
        const target = deployments.find((manifest) => manifest.name === name);
        expect(target, String(name)).not.to.equal(undefined);
        const removed = readKustomizations().flatMap((each) => list(each.content.patches));
        const isRemoved = removed.some((patch) => at(patch, 'target', 'name') === name);
        if (!isRemoved) expect(at(target?.content, 'spec', 'replicas')).to.equal(undefined);
      }
    });

    it('keep one pod of each Deployment through a disruption', () => {
      for (const manifest of deployments) {
        const budgets = ofKind('PodDisruptionBudget').filter(({ content }) =>
          selects(at(content, 'spec', 'selector'), labelsOf(manifest)),
        );
        expect(
          budgets.map(({ content }) => at(content, 'spec', 'maxUnavailable')),
          manifest.name,
        ).to.deep.equal([1]);
      }
    });

    it('have a Service for what takes requests, and its port is one of the pods', () => {
      for (const { name, content } of ofKind('Service')) {
        const selector = { matchLabels: at(content, 'spec', 'selector') ?? null };
        const chosen = pods.filter((manifest) => selects(selector, labelsOf(manifest)));
        expect(chosen, name).not.to.have.length(0);
        for (const manifest of chosen) {
          const ports = list(at(container(manifest), 'ports')).map((port) => at(port, 'name'));
          expect(ports, manifest.name).to.include(at(content, 'spec', 'ports', 0, 'targetPort'));
        }
      }
      expect(ofKind('Service').map(({ name }) => name)).to.include.members(
        ['http', 'gateway'].map((role) => `orderbell-${role}`),
      );
    });

    it('let into a pod, and out of it, only what a policy names', () => {
      for (const manifest of pods) {
        const policies = ofKind('NetworkPolicy').filter(({ content }) =>
          selects(at(content, 'spec', 'podSelector'), labelsOf(manifest)),
        );
        const types = policies.flatMap(({ content }) => list(at(content, 'spec', 'policyTypes')));
        expect(types, manifest.name).to.include.members(['Ingress', 'Egress']);
      }
    });
  });

  for (const manifest of pods) {
    it(`give it no root, no capability, and nothing to write to: ${manifest.name}`, () => {
      const spec = at(manifest.content, 'spec', 'template', 'spec');
      expect(at(spec, 'automountServiceAccountToken')).to.equal(false);
      expect(at(spec, 'securityContext')).to.deep.include({ runAsNonRoot: true, runAsUser: 10001 });
      expect(at(spec, 'securityContext', 'seccompProfile', 'type')).to.equal('RuntimeDefault');
      expect(at(container(manifest), 'securityContext')).to.deep.equal({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
    });
  }
});

function fail(): never {
  throw new Error('there is none');
}
