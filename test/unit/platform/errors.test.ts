import { expect } from 'chai';
import { AppError, messageOf } from '../../../src/platform/errors.ts';

describe('the message of what was thrown', () => {
  it("is an error's own", () => {
    expect(messageOf(new Error('no'))).to.equal('no');
  });

  it('names all parts of an aggregate that has no message', () => {
    const refused = new AggregateError([new Error('refused on ::1'), new Error('refused on 127.0.0.1')]);
    expect(messageOf(refused)).to.equal('refused on ::1; refused on 127.0.0.1');
  });

  it('is the text of whatever is no error', () => {
    expect(messageOf('no')).to.equal('no');
    expect(messageOf(undefined)).to.equal('undefined');
  });
});

describe('an error that crosses a border', () => {
  it('keeps its code and what caused it', () => {
    const cause = new Error('below');
    const error = new AppError('port-taken', 'above', cause);
    expect(error).to.include({ name: 'AppError', code: 'port-taken', message: 'above', cause });
  });

  it('has no cause where there was none', () => {
    expect(new AppError('port-taken', 'above')).not.to.have.property('cause');
  });
});
