import { expect } from 'chai';
import { type TObject, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { firstFault } from '../../../src/domain/schema-fault.ts';

const schema = Type.Object({
  amount: Type.Integer({ minimum: 1, description: 'a positive integer in fen' }),
  note: Type.Optional(Type.String({ maxLength: 3 })),
});

function faultOf(value: unknown, of: TObject = schema): string {
  return firstFault(of, Compile(of).Errors(value));
}

describe('the first fault', () => {
  it('names the field and the rule that its description says', () => {
    expect(faultOf({ amount: 0 })).to.equal('/amount: must be a positive integer in fen');
    expect(faultOf({ amount: '1' })).to.equal('/amount: must be a positive integer in fen');
  });

  it("gives the validator's own words for a field without a description", () => {
    expect(faultOf({ amount: 1, note: 7 })).to.equal('/note: must be string');
  });

  it('names a missing field under the body', () => {
    expect(faultOf({})).to.equal('(body): must have required properties amount');
  });

  it('says what the body must be where it is no object', () => {
    expect(faultOf([])).to.equal('(body): must be object');
  });

  it('is the first of several', () => {
    expect(faultOf({ amount: 0, note: 7 })).to.match(/^\/amount: /);
  });

  it('says that the body is not valid where there is no error to quote', () => {
    expect(firstFault(schema, [])).to.equal('(body): is not valid');
  });
});
