import { expect } from 'chai';
import pg from 'pg';
import { appendVerdictOf } from '../../../src/worker/verdict.ts';

function sqlError(state: string): pg.DatabaseError {
  const error = new pg.DatabaseError('made up', 0, 'error');
  error.code = state;
  return error;
}

describe('the verdict on a failed append', () => {
  it('is to retry after what a competing worker can cause', () => {
    for (const state of ['23505', '40001', '40P01'])
      expect(appendVerdictOf(sqlError(state)), state).to.equal('retry');
  });

  it('is that the log is damaged where the place that the head gives is taken', () => {
    const taken = Object.assign(sqlError('23505'), { constraint: 'notifications_pkey' });
    expect(appendVerdictOf(taken)).to.equal('damaged');
    const raced = Object.assign(sqlError('23505'), { constraint: 'notifications_event_id_key' });
    expect(appendVerdictOf(raced)).to.equal('retry');
  });

  it('is to retry while the database is away', () => {
    for (const state of ['08006', '53300', '57P01', '57014', '58030']) {
      expect(appendVerdictOf(sqlError(state)), state).to.equal('retry');
    }
    expect(appendVerdictOf(new Error('Connection terminated unexpectedly'))).to.equal('retry');
    const refused = Object.assign(new Error('connect ECONNREFUSED'), {
      syscall: 'connect',
      code: 'ECONNREFUSED',
    });
    expect(appendVerdictOf(refused)).to.equal('retry');
  });

  it("is to isolate the row after a row's own fault", () => {
    for (const state of ['22001', '22007', '22008', '22021', '22P02', '23514']) {
      expect(appendVerdictOf(sqlError(state)), state).to.equal('isolate');
    }
  });

  it('is `unexpected` for all else', () => {
    for (const state of ['42P01', '42883', '23502', '23503', '42501', 'XX000']) {
      expect(appendVerdictOf(sqlError(state)), state).to.equal('unexpected');
    }
    expect(appendVerdictOf(new TypeError('x is not a function'))).to.equal('unexpected');
    expect(appendVerdictOf('a string')).to.equal('unexpected');
  });
});
