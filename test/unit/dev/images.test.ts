import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { parse } from 'yaml';
import { OFFICIAL_IMAGES } from '../../../src/dev/docker.ts';

const read = (file: string) => readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8');

describe('the images that others make', () => {
  const services: Record<string, { image: string }> = parse(read('compose.yaml'), { merge: true }).services;
  /** `NAME_IMAGE` and its default, of `${NAME_IMAGE:-default}`. */
  const variableOf = ({ image }: { image: string }) => /^\$\{(\w+_IMAGE):-(.+)\}$/.exec(image)?.slice(1, 3);

  it('can each be another one, by a variable that takes a digest as well', () => {
    for (const [name, service] of Object.entries(services))
      expect(variableOf(service), name).to.have.length(2);
    expect(read('Dockerfile')).to.match(/^ARG NODE_IMAGE=\S+$/m);
  });

  it('are the same in compose.yaml and for the local servers', () => {
    const { postgres, roles, rabbitmq } = services;
    if (!postgres || !roles || !rabbitmq) throw new Error('a service is missing');
    expect(variableOf(postgres)?.[1]).to.equal(OFFICIAL_IMAGES.postgres);
    expect(variableOf(roles)).to.deep.equal(variableOf(postgres));
    expect(variableOf(rabbitmq)?.[1]).to.equal(OFFICIAL_IMAGES.rabbitmq);
  });
});
