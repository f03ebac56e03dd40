/** The server that all roles of the process share, and its certificate. */

import { checkServerTls } from '../platform/tls-files.ts';
import { createServer, type Server } from '../server/server.ts';
import type { ServiceContext } from './context.ts';

/** Throws `config-invalid` where key and certificate cannot be used. */
export function checkCertificate({ config, logger }: ServiceContext): void {
  const certificate = checkServerTls(config.tls);
  if (certificate !== undefined && certificate.validTo.getTime() < Date.now()) {
    logger.warn({ validTo: certificate.validTo }, 'the certificate of tls.cert has expired');
  }
}

/** Above the limit of sockets: for health checks, requests, and refusals that say why. */
const SPARE_CONNECTIONS = 1_000;

/** Not listening yet. It is closed at the end. */
export function openServer({ config, access, logger, onStop }: ServiceContext): Server {
  const { connections, connectsPerSecond } = config.limits;
  const server = createServer({
    tls: config.tls.key === '' ? undefined : config.tls,
    sharesPort: config.http.sharePort,
    maxConnections: connections === 0 ? 0 : connections + SPARE_CONNECTIONS,
    connectsPerSecond,
    clients: access.clients,
    now: () => performance.now(),
    logger,
  });
  onStop('close the server', () => server.close());
  return server;
}
