/** Whether the port is free, or served by ourselves already. */

import { get } from 'node:http';
import { get as getOverTls } from 'node:https';
import { createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { messageOf } from '../../platform/errors.ts';
import { type Finding, fail, ok, takeLooks, warn } from './finding.ts';

const CHECK = 'port';

interface Address {
  readonly host: string;
  readonly port: number;
  readonly isTls: boolean;
}

export async function examinePort(address: Address): Promise<Finding[]> {
  if (address.port === 0) return [ok(CHECK, 'any that is free')];
  return takeLooks([{ check: CHECK, take: () => examine(address) }], () => false, 'see HTTP_HOST and PORT');
}

async function examine(address: Address): Promise<Finding> {
  const where = `${address.host}:${address.port}`;
  try {
    await bind(address);
    return ok(CHECK, `${where} is free`);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EADDRINUSE') return whoServes(address, where);
    if (code === 'EACCES') return fail(CHECK, `${where} is not for this user`, 'take a PORT from 1024 on');
    const todo = 'see HTTP_HOST: 0.0.0.0 is every address of this machine';
    return fail(CHECK, `${where} cannot be listened on: ${messageOf(error)}`, todo);
  }
}

function bind({ host, port }: Address): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve()));
  });
}

async function whoServes(address: Address, where: string): Promise<Finding> {
  const answer = await askReadiness(address).catch(() => undefined);
  if (answer === undefined) {
    return fail(
      CHECK,
      `${where} is taken by something else`,
      'stop what listens there, or set PORT to another one',
    );
  }
  if (answer.status === 200) return ok(CHECK, `${where} is served by an orderbell that is ready`);
  const { postgres, rabbitmq, draining } = answer.health;
  const says = `postgres ${postgres}, rabbitmq ${rabbitmq}${draining ? ', draining' : ''}`;
  return warn(CHECK, `${where} is served by an orderbell that is not ready: ${says}`, 'see its log');
}

interface Readiness {
  status: number;
  health: { postgres: unknown; rabbitmq: unknown; draining: unknown };
}

/** Rejects where what answers is none of us. */
function askReadiness({ host, port, isTls }: Address): Promise<Readiness> {
  return new Promise((resolve, reject) => {
    // What listens on every address is asked on this machine's own.
    const hostname = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
    const question = { hostname, port, path: '/readyz', agent: false, timeout: 2_000 } as const;
    // Who it is shows in the answer: the certificate is for another name than this.
    const request = isTls ? getOverTls({ ...question, rejectUnauthorized: false }) : get(question);
    request.on('timeout', () => request.destroy(new Error('no answer')));
    request.on('error', reject);
    request.on('response', (response) => {
      text(response)
        .then((body) => {
          const { postgres, rabbitmq, draining } = JSON.parse(body).data;
          if (postgres === undefined || rabbitmq === undefined) throw new Error('not ours');
          resolve({ status: response.statusCode ?? 0, health: { postgres, rabbitmq, draining } });
        })
        .catch(reject);
    });
  });
}
