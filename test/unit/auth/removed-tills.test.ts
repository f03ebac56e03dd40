/** What a process knows of removed tills, and what it does with their tokens. */

import { expect } from 'chai';
import { createRemovedTills, refuseRemoved } from '../../../src/auth/removed-tills.ts';
import { ANYBODY, type Authentication, type Grant } from '../../../src/domain/access.ts';

describe('removed tills', () => {
  /** Each reading waits until it is answered. */
  function slowList() {
    const answers: ((ids: readonly string[]) => void)[] = [];
    const read = () => new Promise<readonly string[]>((resolve) => answers.push(resolve));
    const removed = createRemovedTills(read);
    const reported: string[][] = [];
    removed.onRemoved((ids) => reported.push([...ids]));
    return { removed, reported, answer: (...ids: string[]) => answers.shift()?.(ids) };
  }

  it('are those of the list, each reported once', async () => {
    const { removed, reported, answer } = slowList();
    for (const ids of [['a'], ['a', 'b'], ['b']]) {
      const loading = removed.load();
      answer(...ids);
      await loading;
    }
    expect(reported).to.deep.equal([['a'], ['b']]);
    expect(['a', 'b'].map(removed.has)).to.deep.equal([false, true]);
  });

  it('keep what this process removed while an older list was on its way', async () => {
    const { removed, reported, answer } = slowList();
    const loading = removed.load();
    removed.add('mine');
    answer('other');
    await loading;
    expect(['mine', 'other'].map(removed.has)).to.deep.equal([true, true]);
    expect(reported).to.deep.equal([['mine'], ['other']]);
  });

  it('stay as they are where the list cannot be read', async () => {
    const removed = createRemovedTills(() => Promise.reject(new Error('away')));
    removed.add('mine');
    expect(await removed.load().catch((error: Error) => error.message)).to.equal('away');
    expect(removed.has('mine')).to.equal(true);
  });

  it('have their tokens refused, and no other token', async () => {
    const grantOf = (till: string | undefined): Grant =>
      till === undefined ? ANYBODY : { ...ANYBODY, till };
    const authenticate = (token: string | undefined) =>
      Promise.resolve<Authentication>({ ok: true, grant: grantOf(token) });
    const guarded = refuseRemoved(authenticate, { has: (till) => till === 'gone' });
    expect(await guarded('gone')).to.include({ ok: false, reason: 'till-removed' });
    expect(await guarded('here')).to.have.property('ok', true);
    expect(await guarded(undefined)).to.deep.equal({ ok: true, grant: ANYBODY });
    const atOnce = refuseRemoved(() => ({ ok: true, grant: ANYBODY }), { has: () => true });
    expect(atOnce(undefined), 'without a wait where there was none').to.deep.equal({
      ok: true,
      grant: ANYBODY,
    });
  });
});
