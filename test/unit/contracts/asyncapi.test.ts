import specs from '@asyncapi/specs';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { expect } from 'chai';
import { topologyNames } from '../../../src/broker/topology.ts';
import { asyncApiDocument } from '../../../src/contracts/asyncapi.ts';
import { type Json, readContract, stepsOf } from '../../support/contract.ts';

const publish = (prefix: string): Json =>
  JSON.parse(
    JSON.stringify(
      asyncApiDocument(topologyNames(prefix), {
        tokens: true,
        queryTokens: true,
        signatures: true,
        providers: ['own', 'wechat', 'alipay'],
      }),
    ),
  );

describe('the AsyncAPI document', () => {
  const contract = readContract(publish(''));
  const messages = Object.entries<Json>(contract.document.components.messages);

  it("is one, by AsyncAPI's own schema", () => {
    // The specification's schema brings the draft that it is written in along.
    const ajv = new Ajv({ strict: false, allErrors: true, meta: false, validateSchema: false });
    addFormats.default(ajv);
    const specification: Json = specs.schemas['3.0.0'];
    const validate = ajv.compile(specification);
    validate(contract.document);
    expect(validate.errors ?? []).to.deep.equal([]);
    expect(validate({ ...contract.document, channels: { broken: { address: 1 } } })).to.equal(false);
  }).timeout(20_000);

  it('refers to nothing that it does not have', () => {
    const references = contract.references();
    expect(references).not.to.be.empty;
    for (const reference of references)
      expect(contract.at(...stepsOf(reference)), reference).to.be.an('object');
  });

  it('has examples that fit the schemas beside them', () => {
    for (const [name, { examples, headers }] of messages) {
      expect(examples, name).not.to.be.empty;
      for (const example of examples) {
        const place = ['components', 'messages', name];
        expect(contract.faults([...place, 'payload'], example.payload), name).to.deep.equal([]);
        expect(example.headers !== undefined, name).to.equal(headers !== undefined);
        if (headers) expect(contract.faults([...place, 'headers'], example.headers), name).to.deep.equal([]);
      }
    }
  });

  it('has no message that no operation sends or receives', () => {
    const used = Object.values<Json>(contract.document.operations).flatMap((operation) =>
      operation.messages.map(({ $ref }: Json) => contract.at(...stepsOf($ref)).name),
    );
    expect(messages.map(([name]) => name)).to.have.members([...new Set(used)]);
  });

  it('names exchanges and queues with the prefix of the deployment', () => {
    const { orderPaid, deadLetters } = publish('east.').channels;
    expect(orderPaid.address).to.equal('order.paid');
    expect(orderPaid.bindings.amqp.exchange.name).to.equal('east.orders');
    expect(deadLetters.address).to.equal('east.notifications.dead');
  });
});
