/** How the link comes by its tokens, in a fake world. */

import { expect } from 'chai';
import { frames, ring, ringLive } from '../../support/bell.ts';
import { turn } from '../../support/client-world.ts';

const expiring = { kind: 'expiring', inSeconds: 60 };

/** A getter whose answers the test gives, one for each time it is asked. */
function tokens() {
  const asked: { give: (token: string) => void; refuse: (error: Error) => void }[] = [];
  const token = () => new Promise<string>((resolve, reject) => asked.push({ give: resolve, refuse: reject }));
  return { asked, token };
}

/** Gives out token-1, token-2 … */
function numbered() {
  let count = 0;
  return async () => `token-${++count}`;
}

describe('a token', () => {
  it('goes as a subprotocol, and never in the URL', async () => {
    const { world } = ring({ token: 'a.b.c', url: 'https://bell.example/?token=a.b.c' });
    await turn();
    expect(world.socket.protocols).to.deep.equal(['orderbell.v1', 'bearer.a.b.c']);
    expect(world.socket.url.href).to.equal('wss://bell.example/ws/till-1');
  });

  it('is asked for before each attempt', async () => {
    const { world } = ring({ token: numbered() });
    for (let attempt = 1; attempt <= 3; attempt++) {
      await turn();
      expect(world.sockets).to.have.length(attempt);
      expect(world.socket.protocols[1]).to.equal(`bearer.token-${attempt}`);
      world.socket.ends();
      await world.pass(5_000);
    }
  });

  it('may come from a getter that is not asynchronous', async () => {
    const { world } = ring({ token: () => 'a.b.c' });
    await turn();
    expect(world.socket.protocols[1]).to.equal('bearer.a.b.c');
  });

  for (const [what, token] of [
    ['rejects', () => Promise.reject(new Error('no session'))],
    [
      'throws',
      () => {
        throw new Error('no session');
      },
    ],
  ] as const) {
    it(`that cannot be had, since its getter ${what}, is asked for again later, and the error is reported`, async () => {
      const { bell, world } = ring({ token });
      await turn();
      expect(bell.state).to.deep.equal({ name: 'waiting', reason: 'token', retryInMs: 500 });
      expect(String(world.errors[0])).to.include('no session');
      await world.pass(500);
      expect(bell.state).to.deep.equal({ name: 'waiting', reason: 'token', retryInMs: 1_000 });
      expect(world.sockets).to.deep.equal([]);
    });
  }

  it('that its getter does not give within 20 s is asked for again, and too late when it comes after all', async () => {
    const { asked, token } = tokens();
    const { bell, world } = ring({ token });
    await world.pass(20_000);
    expect(bell.state).to.deep.equal({ name: 'waiting', reason: 'token', retryInMs: 500 });
    await world.pass(500);
    expect(asked).to.have.length(2);
    asked[0]?.give('late');
    await turn();
    expect(world.sockets).to.deep.equal([]);
    asked[1]?.give('in-time');
    await turn();
    expect(world.sockets).to.have.length(1);
    expect(world.socket.protocols[1]).to.equal('bearer.in-time');
  });

  it('that rejects too late is reported and changes nothing', async () => {
    const { asked, token } = tokens();
    const { bell, world } = ring({ token });
    await world.pass(20_500);
    asked[1]?.give('in-time');
    await turn();
    world.socket.opens().says(frames.ready(0));
    asked[0]?.refuse(new Error('late'));
    await turn();
    expect(bell.state).to.deep.equal({ name: 'live' });
    expect(world.errors).to.have.length(1);
  });

  for (const token of ['white space', 'a.b.c\n', 'padded==', 'a,b']) {
    it(`that no browser would send is not tried, nor told in the error (${JSON.stringify(token)})`, async () => {
      const { bell, world } = ring({ token });
      await turn();
      expect(bell.state).to.include({ name: 'waiting', reason: 'token' });
      expect(world.sockets).to.deep.equal([]);
      expect(world.errors).to.have.length(1);
      expect(String(world.errors[0])).to.include('TypeError').and.not.include(token);
    });
  }

  describe('that the service refuses', () => {
    it('is replaced by a new one at once, and the page resumes', async () => {
      const { bell, world } = await ringLive({ token: numbered() }, 7);
      world.socket.ends(4003);
      expect(bell.state).to.deep.equal({ name: 'connecting', reason: 'token' });
      await turn();
      expect(world.socket.protocols[1]).to.equal('bearer.token-2');
      expect(world.socket.query.since).to.equal('7');
    });

    it('is replaced at once on the first attempt too, and later each time after that', async () => {
      const { bell, world, received } = ring({ token: numbered() });
      world.chance = 1;
      for (let attempt = 0; attempt < 4; attempt++) {
        await turn();
        world.socket.opens().ends(4003);
        await world.pass(bell.state.retryInMs ?? 0);
      }
      expect(world.sockets).to.have.length(5);
      expect(received.state.flatMap(({ retryInMs }) => retryInMs ?? [])).to.deep.equal([1_000, 2_000, 4_000]);
    });
  });

  describe('that is about to expire', () => {
    it('is replaced while the link goes on, which then changes without a loss', async () => {
      const { asked, token } = tokens();
      const { bell, world, received } = ring({ token });
      await turn();
      asked[0]?.give('old');
      await turn();
      const old = world.socket.opens().says(frames.ready(7), expiring);
      expect(bell.state).to.deep.equal({ name: 'live' });
      old.says(frames.alert(8));
      asked[1]?.give('new');
      await turn();
      expect(bell.state).to.deep.equal({ name: 'connecting', reason: 'token' });
      expect(world.sockets).to.have.length(2);
      expect(world.socket.protocols[1]).to.equal('bearer.new');
      expect(world.socket.query.since).to.equal('8');
      old.says(frames.alert(9)); // was on its way, and comes again over the new one
      old.ends(4001);
      world.socket.opens().says(frames.alert(9), frames.alert(10), frames.ready(10));
      expect(received.notification.map(({ seq }) => seq)).to.deep.equal([8, 9, 10]);
      expect(bell.state).to.deep.equal({ name: 'live' });
    });

    it('stays when no other can be had, until the service ends the link', async () => {
      const { asked, token } = tokens();
      const { bell, world } = ring({ token });
      await turn();
      asked[0]?.give('old');
      await turn();
      world.socket.opens().says(frames.ready(7), expiring);
      asked[1]?.refuse(new Error('no session'));
      await turn();
      expect(bell.state).to.deep.equal({ name: 'live' });
      expect(world.errors).to.have.length(1);
      world.socket.ends(4003);
      expect(bell.state).to.deep.equal({ name: 'connecting', reason: 'token' });
      expect(asked).to.have.length(3);
    });

    for (const [what, token] of [
      ['the same', () => 'a.b.c'],
      ['the only one', 'a.b.c'],
    ] as const) {
      it(`does not change the link for ${what}`, async () => {
        const { bell, world } = await ringLive({ token });
        world.socket.says(expiring);
        await turn();
        expect(bell.state).to.deep.equal({ name: 'live' });
        expect(world.sockets).to.have.length(1);
      });
    }

    it('does not change links without end where tokens hardly outlast their making', async () => {
      const { bell, world } = await ringLive({ token: numbered() });
      world.socket.says(expiring);
      await turn();
      expect(world.sockets).to.have.length(2);
      world.socket.opens().says(frames.ready(0), expiring);
      await turn();
      expect(world.sockets).to.have.length(2);
      await world.pass(10_000);
      world.socket.ends(4003);
      await turn();
      expect(world.sockets, 'that was a link').to.have.length(3);
      expect(bell.state.name).to.equal('connecting');
    });

    it('is of no interest any more when the link was lost meanwhile', async () => {
      const { asked, token } = tokens();
      const { bell, world } = ring({ token });
      await turn();
      asked[0]?.give('old');
      await turn();
      world.socket.opens().says(frames.ready(7), expiring).ends();
      asked[1]?.give('new');
      await turn();
      expect(bell.state).to.include({ name: 'waiting', reason: 'lost' });
      expect(world.sockets).to.have.length(1);
    });
  });
});
