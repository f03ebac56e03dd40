import { expect } from 'chai';
import { createSurroundings, type Surroundings } from '../support/surroundings.ts';

describe('the port', () => {
  let surroundings: Surroundings;
  before(async () => {
    surroundings = await createSurroundings();
  });
  afterEach(() => surroundings.clear());
  after(() => surroundings.tearDown());

  it('can be had again right after a service that ended its sockets', async () => {
    const first = await surroundings.serve();
    const client = await surroundings.open(first, 'till-1');
    await first.stop();
    await client.closed;
    const second = await surroundings.serve({ PORT: String(first.port) });
    expect(second.port).to.equal(first.port);
    await surroundings.open(second, 'till-1');
  });

  it('is not shared with a second service, which says so', async () => {
    const { port } = await surroundings.serve();
    const refused = await surroundings.serve({ PORT: String(port) }).then(
      () => 'served',
      (error: Error) => error.message,
    );
    expect(refused).to.match(new RegExp(`^127.0.0.1:${port} is taken`));
  });

  it('is not shared with a service that was there before it and has had connections', async () => {
    const first = await surroundings.serve();
    const client = await surroundings.open(first, 'till-1');
    client.socket.close();
    await client.closed;
    const refused = await surroundings.serve({ PORT: String(first.port) }).then(
      () => 'served',
      (error: Error) => error.message,
    );
    expect(refused).to.match(/is taken/);
  });
});
