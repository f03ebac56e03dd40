import { Validator } from '@seriousme/openapi-schema-validator';
import { expect } from 'chai';
import { openApiDocument } from '../../../src/contracts/openapi.ts';
import { type Json, readContract, stepsOf } from '../../support/contract.ts';

describe('the OpenAPI document', () => {
  const contract = readContract(
    JSON.parse(
      JSON.stringify(
        openApiDocument({
          tokens: true,
          queryTokens: true,
          signatures: true,
          providers: ['own', 'wechat', 'alipay'],
        }),
      ),
    ),
  );
  const operations = Object.entries<Json>(contract.document.paths).flatMap(([path, methods]) =>
    Object.entries<Json>(methods).map(([method, operation]) => ({
      place: ['paths', path, method],
      operation,
    })),
  );

  it('is one, to a public validator', async () => {
    const validator = new Validator();
    expect(await validator.validate(structuredClone(contract.document))).to.deep.equal({ valid: true });
    expect(validator.version).to.equal('3.1');
  });

  it('refers to nothing that it does not have', () => {
    const references = contract.references();
    expect(references).not.to.be.empty;
    for (const reference of references)
      expect(contract.at(...stepsOf(reference)), reference).to.be.an('object');
  });

  it('gives each operation an id of its own and a tag that is declared', () => {
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids)).to.have.length(operations.length);
    const tags = contract.document.tags.map(({ name }: Json) => name);
    for (const { operation } of operations) expect(tags).to.include.members(operation.tags);
  });

  it('has examples that fit the schemas beside them', () => {
    let count = 0;
    const check = (place: (string | number)[]) => {
      for (const [name, { value }] of Object.entries<Json>(contract.at(...place).examples ?? {})) {
        expect(contract.faults([...place, 'schema'], value), [...place, name].join(' ')).to.deep.equal([]);
        count++;
      }
    };
    for (const { place, operation } of operations) {
      for (const index of (operation.parameters ?? []).keys()) check([...place, 'parameters', index]);
      for (const type of Object.keys(operation.requestBody?.content ?? {})) {
        check([...place, 'requestBody', 'content', type]);
      }
      for (const [status, { content = {} }] of Object.entries<Json>(operation.responses)) {
        for (const type of Object.keys(content)) check([...place, 'responses', status, 'content', type]);
      }
    }
    expect(count).to.be.greaterThan(30);
  });

  it('gives each example of a question exactly one answer', () => {
    for (const { place, operation } of operations) {
      const { parameters = [], requestBody, responses } = operation;
      const namesIn = (parts: Json[]) => parts.flatMap(({ examples = {} }) => Object.keys(examples));
      const asked = [...parameters, ...Object.values<Json>(requestBody?.content ?? {})];
      const answers = Object.values<Json>(responses).flatMap(({ content = {} }) =>
        Object.values<Json>(content),
      );
      const answered = namesIn(answers);
      expect(new Set(answered).size, place.join(' ')).to.equal(answered.length);
      expect(answered, place.join(' ')).to.include.members([...new Set(namesIn(asked))]);
    }
  });
});
