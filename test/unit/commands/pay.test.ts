import { expect } from 'chai';
import { loadSimulator } from '../../../src/commands/pay.ts';

describe('the command pay', () => {
  it('says where there is no simulator, as beside a built program, that it needs a checkout', async () => {
    const outcome = await loadSimulator(new URL('./not-there.ts', import.meta.url)).catch((error) => error);
    expect(outcome)
      .to.have.property('message')
      .match(/for development: .*checkout/);
  });
});
