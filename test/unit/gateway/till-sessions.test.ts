/** The sessions of paired tills, which end with their till. */

import { expect } from 'chai';
import { createTillSessions } from '../../../src/gateway/till-sessions.ts';

describe('the sessions of paired tills', () => {
  function opened(...removed: string[]) {
    const ended: string[] = [];
    const tills = createTillSessions<{ end(code: number, reason: string): void }>((till) =>
      removed.includes(till),
    );
    const session = (name: string) => {
      const one = {
        end(code: number) {
          ended.push(`${name} ${code}`);
          tills.remove(one); // as closing does, in the same turn
        },
      };
      return one;
    };
    return { tills, ended, session };
  }

  it('all end when their till is removed, and no others', () => {
    const { tills, ended, session } = opened();
    tills.add(session('a1'), 'a');
    tills.add(session('a2'), 'a');
    tills.add(session('b'), 'b');
    tills.add(session('other'), undefined);
    tills.endRemoved(['a', 'unknown']);
    expect(ended).to.deep.equal(['a1 4003', 'a2 4003']);
    tills.endRemoved(['a']);
    expect(ended).to.have.length(2);
  });

  it('end at once where the till was removed during the upgrade', () => {
    const { tills, ended, session } = opened('a');
    tills.add(session('late'), 'a');
    expect(ended).to.deep.equal(['late 4003']);
  });

  it('do not end after they have closed', () => {
    const { tills, ended, session } = opened();
    const closed = session('closed');
    tills.add(closed, 'a');
    tills.remove(closed);
    tills.endRemoved(['a']);
    expect(ended).to.deep.equal([]);
  });
});
