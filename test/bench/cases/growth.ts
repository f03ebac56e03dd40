/**
 * The log when it is large: `GROWTH_ROWS` notifications of 10,000 shops. What the append writes and how fast it is with ids that come
 * in order, that are derived and that are random; and what an append waits for while retention removes. Full size only.
 */

import { type Case, createFigures, onStage, type World } from '../world.ts';
import { fillLog, SHOPS } from './growth-fill.ts';
import { drain, type IdKind } from './growth-ids.ts';
import { measureRetention } from './growth-retention.ts';

const ROWS = 20_000_000;
const EVENTS = 60_000;
const KINDS: readonly IdKind[] = ['ordered', 'derived', 'random'];

export const growth: Case = {
  name: 'growth',
  async run(world) {
    const figures = createFigures('growth');
    if (world.size !== 'full') {
      world.say('growth is measured with BENCH=full only');
      return figures.all;
    }
    const rows = Number(process.env.GROWTH_ROWS ?? ROWS);
    const load = `${rows.toLocaleString('en')} rows of ${SHOPS.toLocaleString('en')} shops`;
    await onStage(world, async (stage) => {
      const { env } = await stage.tenant();
      const log = await fillLog(env.DATABASE_URL ?? '', rows, world.say);
      try {
        await measureDrains(world, log.pool, load, figures);
        await measureAppends(world, log.pool, load, figures);
      } finally {
        await log.end();
      }
    });
    return figures.all;
  },
};

type Figures = ReturnType<typeof createFigures>;
type Pool = Parameters<typeof drain>[0];

/** The kinds take turns, each right after a checkpoint. Those in order are the control. */
async function measureDrains(world: World, pool: Pool, load: string, figures: Figures): Promise<void> {
  for (let repetition = 0; repetition < world.repetitions; repetition++) {
    for (const kind of KINDS) {
      world.say(`growth, ${load}, ids ${kind}`);
      const { perSecond, walBytes, pageImages } = await drain(pool, kind, EVENTS);
      const subject = kind === 'ordered' ? 'Orderbell, ids in order' : `ids ${kind}`;
      figures.add(`${load}, appended in batches of 2,000`, subject, 'events/s', perSecond);
      figures.add(`${load}, WAL of an event`, subject, 'bytes', walBytes);
      figures.add(`${load}, page images of 1,000 events`, subject, 'pages', pageImages * 1_000);
    }
  }
}

async function measureAppends(world: World, pool: Pool, load: string, figures: Figures): Promise<void> {
  for (let repetition = 0; repetition < world.repetitions; repetition++) {
    world.say(`growth, ${load}, retention`);
    const { alone, beside, removedPerSecond } = await measureRetention(pool);
    for (const quantile of ['p50', 'p99'] as const) {
      figures.add(
        `${load}, append of 5 at 500/s, ${quantile}`,
        'Orderbell while retention removes',
        'ms',
        beside[quantile],
      );
      figures.add(`${load}, append of 5 at 500/s, ${quantile}`, 'alone', 'ms', alone[quantile]);
    }
    figures.add(`${load}, removed meanwhile`, 'Orderbell', 'rows/s', removedPerSecond);
  }
}
