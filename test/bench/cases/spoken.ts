/**
 * From the HTTP request that pays an order until the shop's page, in a real Chromium, asks for it to be spoken: with the
 * chime before the words, and without. One order at a time, acknowledged before the next.
 */

import { launchChromium } from '../../browser/support/chromium.ts';
import { spokenBy } from '../../browser/support/speech.ts';
import { openTill, post } from '../../browser/support/till.ts';
import { eventually } from '../../support/eventually.ts';
import { latencyOf } from '../statistics.ts';
import { type Case, createFigures, onStage, type World } from '../world.ts';

export const spoken: Case = {
  name: 'spoken',
  async run(world) {
    const figures = createFigures('payment request to speech');
    const count = world.pick(20, 100);
    for (let repetition = 0; repetition < world.repetitions; repetition++) {
      for (const chime of [false, true]) {
        const load = chime ? 'after the chime' : 'without a chime';
        world.say(`spoken, ${load}`);
        const { p50, p99 } = latencyOf(await measure(world, count, chime));
        figures.add(`${load}, p50`, 'Orderbell', 'ms', p50);
        figures.add(`${load}, p99`, 'Orderbell', 'ms', p99);
      }
    }
    return figures.all;
  },
};

async function measure(world: World, count: number, chime: boolean): Promise<number[]> {
  return onStage(world, async (stage) => {
    const { env } = await stage.tenant();
    const bell = await stage.bell({ env });
    const browser = await launchChromium();
    try {
      const till = await openTill(browser, bell.url, { settings: { chime, repeatSeconds: 0 } });
      const samples: number[] = [];
      for (let paid = 0; paid < count; paid++) {
        const number = `${Date.now()}${paid}`;
        await post(bell.url, '/orders', { number, amount: 4200 });
        const began = Date.now();
        await post(bell.url, '/payments/notify', { outTradeNo: number });
        const utterance = await eventually(async () => {
          const last = (await spokenBy(till.page)).at(paid);
          if (last === undefined) throw new Error('nothing was said');
          return last;
        });
        samples.push(utterance.at - began);
        await till.popUps.first().getByRole('button').click();
        await till.page.getByTestId('none-open').waitFor();
      }
      return samples;
    } finally {
      await browser.close();
    }
  });
}
