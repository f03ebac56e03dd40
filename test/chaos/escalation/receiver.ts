/**
 * The targets of a run, and the record of what they got: `platform` takes everything, `owner` does whatever receivers do,
 * `gone` is no more. Each request is recorded before it is answered.
 */

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import type { Random } from '../../support/random.ts';
import type { ReceivedRequest, StepPlace } from './history.ts';

export interface Receiver {
  /** For the setting `escalation.targets`. */
  targets: string;
  received: ReceivedRequest[];
  close(): Promise<void>;
}

/** Resolves with whether it is an answer with success. */
type Answer = (res: ServerResponse) => boolean | Promise<boolean>;

const SECRET = `whsec_${Buffer.from('a secret of thirty-two bytes, ok').toString('base64')}`;

const take: Answer = (res) => send(res, 204);

/** With how often `owner` does it. */
const MOODS: readonly [number, Answer][] = [
  [0.55, take],
  [0.1, (res) => send(res, 500)],
  [0.08, (res) => send(res, 429, { 'retry-after': '1' })],
  [0.08, (res) => send(res, 307, { location: '/elsewhere' })],
  [0.05, () => false], // it never answers
  [0.08, (res) => pause(3_000).then(() => send(res, 204))],
  [0.06, reset],
];

export async function startReceiver(random: Random): Promise<Receiver> {
  const received: ReceivedRequest[] = [];
  const verifier = new Webhook(SECRET);
  const answers: Record<string, Answer> = {
    platform: take,
    owner: (res) => moodOf(random)(res),
    gone: (res) => send(res, 410),
    elsewhere: take,
  };

  async function receive(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const target = (req.url ?? '').slice(1);
    const body = await text(req);
    const request: ReceivedRequest = {
      id: String(req.headers['webhook-id']),
      target,
      at: Date.now(),
      isSigned: isSigned(verifier, body, req.headers),
      wasTaken: false,
      place: placeIn(body),
    };
    received.push(request);
    request.wasTaken = await (answers[target] ?? reset)(res);
  }

  const server = createServer((req, res) => void receive(req, res).catch(() => reset(res)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const target = (name: string) => ({
    kind: 'webhook',
    url: `http://127.0.0.1:${port}/${name}`,
    secret: SECRET,
  });
  return {
    targets: JSON.stringify({
      platform: target('platform'),
      owner: target('owner'),
      gone: target('gone'),
    }),
    received,
    async close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function moodOf(random: Random): Answer {
  let ticket = random.next();
  for (const [share, answer] of MOODS) {
    ticket -= share;
    if (ticket < 0) return answer;
  }
  return take;
}

function send(res: ServerResponse, status: number, headers: Record<string, string> = {}): boolean {
  if (res.destroyed) return false;
  res.writeHead(status, headers).end();
  return status < 300;
}

function reset(res: ServerResponse): boolean {
  res.destroy();
  return false;
}

function isSigned(verifier: Webhook, body: string, headers: IncomingMessage['headers']): boolean {
  try {
    verifier.verify(body, {
      'webhook-id': String(headers['webhook-id']),
      'webhook-timestamp': String(headers['webhook-timestamp']),
      'webhook-signature': String(headers['webhook-signature']),
    });
    return true;
  } catch {
    return false;
  }
}

/** Undefined where it is about the shop. */
function placeIn(body: string): StepPlace | undefined {
  const { shopId, seq, cycle, step } = JSON.parse(body).data;
  return seq === undefined ? undefined : { shopId, seq, cycle, step };
}
