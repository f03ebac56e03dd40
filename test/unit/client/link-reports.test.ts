/** Reports over the link, in a fake world. How they are paced is tested with the reports themselves. */

import { expect } from 'chai';
import { frames, ring } from '../../support/bell.ts';
import { turn } from '../../support/client-world.ts';

const on = { sound: 'on', visible: true } as const;
/** Of a service that takes reports. */
const ready = (head: number, epoch = 'e1') => ({
  ...frames.ready(head, 0, epoch),
  now: '2025-03-06T17:14:38.512Z',
});

async function reporting(first: object) {
  const rung = ring();
  rung.bell.hearing(on);
  await turn();
  rung.world.socket.opens().says(first);
  return rung;
}

describe('reporting over the link', () => {
  it('begins with the ready of a service that takes reports', async () => {
    const { bell, world } = await reporting(ready(7));
    bell.seen(7);
    bell.spoken(6);
    expect(world.socket.sent).to.deep.equal([
      { kind: 'hearing', ...on },
      { kind: 'seen', seq: 7, epoch: 'e1' },
      { kind: 'spoken', seq: 6, epoch: 'e1' },
    ]);
  });

  it('sends nothing to an older service, also after a newer one', async () => {
    const { bell, world } = await reporting(frames.ready(7));
    bell.seen(7);
    expect(world.socket.sent).to.deep.equal([]);
    world.socket.ends();
    await world.pass(1_000);
    world.socket.opens().says(ready(7));
    expect(world.socket.sent).to.have.length(2);
    world.socket.ends();
    await world.pass(5_000);
    world.socket.opens().says(frames.ready(7));
    bell.spoken(7);
    expect(world.socket.sent).to.deep.equal([]);
  });

  it('repeats the last reports over the next link', async () => {
    const { bell, world } = await reporting(ready(7));
    bell.spoken(6);
    bell.spoken(7);
    world.socket.ends();
    await world.pass(1_000);
    world.socket.opens().says(ready(7));
    expect(world.socket.sent).to.deep.equal([
      { kind: 'hearing', ...on },
      { kind: 'spoken', seq: 7, epoch: 'e1' },
    ]);
  });

  it('forgets how far it came in another log', async () => {
    const { bell, world } = await reporting(ready(7));
    bell.seen(7);
    world.socket.says(frames.gone(1, 1, 'e2'), frames.alert(1), ready(1, 'e2'));
    await world.pass(1_000);
    bell.seen(1);
    expect(world.socket.sent.slice(2)).to.deep.equal([
      { kind: 'hearing', ...on },
      { kind: 'seen', seq: 1, epoch: 'e2' },
    ]);
  });

  it('ends with the bell, and refuses what is no seq', async () => {
    const { bell, world } = await reporting(ready(7));
    const { socket } = world;
    const sent = socket.sent.length;
    for (const seq of [0, 1.5, -1]) expect(() => bell.spoken(seq)).to.throw(TypeError, 'seq');
    bell.close();
    bell.seen(7);
    bell.hearing({ sound: 'muted', visible: false });
    await world.pass(5_000);
    expect(socket.sent).to.have.length(sent);
  });
});
