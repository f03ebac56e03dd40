/** The health check of the image, as a process against the real service. */

import { type AddressInfo, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { runCommand } from '../../../src/dev/command.ts';
import { createCertificates } from '../../support/certificates.ts';
import { createSurroundings, type Surroundings } from '../../support/surroundings.ts';

const PROGRAM = fileURLToPath(new URL('../../../src/dev/image-healthcheck.sh', import.meta.url));

describe('the health check of the image', () => {
  let around: Surroundings;
  before(async () => {
    around = await createSurroundings();
  });
  after(() => around.tearDown());

  async function check(port: number, env: Record<string, string> = {}): Promise<number> {
    const { PATH = '' } = process.env;
    const { code } = await runCommand(PROGRAM, [], { env: { PATH, PORT: String(port), ...env } });
    return code;
  }
  const portOf = (url: string) => Number(new URL(url).port);

  it('is well while the service runs', async () => {
    expect(await check(portOf((await around.serve()).url))).to.equal(0);
  });

  it('is not where nothing listens, or answers with anything but 200', async () => {
    const server = createServer((socket) =>
      socket
        .on('error', () => {})
        .resume()
        .end('HTTP/1.1 503 Service Unavailable\r\n\r\n'),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    expect(await check(port)).not.to.equal(0);
    await new Promise((resolve) => server.close(resolve));
    expect(await check(port)).not.to.equal(0);
  });

  it('gives up on a service that takes the connection and says nothing', async () => {
    const server = createServer((socket) => socket.resume());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const started = performance.now();
    expect(await check(port)).not.to.equal(0);
    expect(performance.now() - started).to.be.lessThan(3_000); // the engine's own limit
    server.close();
  });

  it('speaks TLS where the service does', async () => {
    const certificates = createCertificates();
    try {
      const { key, cert } = certificates.sign('service');
      const { port } = await around.serve({ TLS_KEY: key, TLS_CERT: cert });
      expect(await check(port, { TLS_KEY: key })).to.equal(0);
      expect(await check(port)).not.to.equal(0);
    } finally {
      certificates.remove();
    }
  });
}).timeout(30_000);
