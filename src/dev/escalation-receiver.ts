/**
 * Who is told in `make run`: a receiver of webhooks on this machine that prints what it gets, with a policy of a few seconds,
 * so that an alert which is not acknowledged is seen to escalate. It checks the signature as a receiver has to.
 */

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { forTerminal } from '../commands/terminal.ts';

export const UNHEARD_SECONDS = 15;
export const UNACKNOWLEDGED_SECONDS = 20;

export interface ReceivedWebhook {
  readonly target: string;
  readonly type: string;
  readonly timestamp: string;
  /** Of the webhook; what an event of the whole shop has not is undefined. */
  readonly data: {
    readonly shopId: string;
    readonly seq?: number;
    readonly content?: string;
    readonly when?: string;
    readonly step?: number;
  };
}

export interface EscalationReceiver {
  /** The settings that make it the target of every alert. */
  env: Record<string, string>;
  /** The newest webhooks that were signed, oldest first. */
  received(): readonly ReceivedWebhook[];
  close(): Promise<void>;
}

const KEPT = 20;

const TARGETS = ['platform', 'manager'];

const POLICY = {
  steps: [
    { afterSeconds: UNHEARD_SECONDS, when: 'unheard', targets: ['platform'] },
    { afterSeconds: UNACKNOWLEDGED_SECONDS, when: 'unacknowledged', targets: ['manager'] },
    { afterSeconds: 60, when: 'unacknowledged', targets: ['manager', 'platform'] },
  ],
  expireAfterSeconds: 300,
};

/** `print` gets a line for each webhook. */
export async function openEscalationReceiver(print: (line: string) => void): Promise<EscalationReceiver> {
  const key = randomBytes(32);
  const webhooks: ReceivedWebhook[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString('utf8');
    const isOurs = isSigned(request, body, key);
    if (isOurs) {
      const webhook: ReceivedWebhook = { target: request.url?.slice(1) ?? '', ...JSON.parse(body) };
      webhooks.splice(0, webhooks.length - KEPT + 1);
      webhooks.push(webhook);
      print(forTerminal(lineOf(webhook)));
    }
    response.writeHead(isOurs ? 204 : 401).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const target = (name: string) => ({
    kind: 'webhook',
    url: `http://127.0.0.1:${port}/${name}`,
    secret: `whsec_${key.toString('base64')}`,
  });
  return {
    env: {
      ESCALATION_TARGETS: JSON.stringify(Object.fromEntries(TARGETS.map((name) => [name, target(name)]))),
      ESCALATION_ALLOW_PRIVATE_TARGETS: 'true',
      ESCALATION_POLICY: JSON.stringify(POLICY),
    },
    received: () => webhooks,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */
function isSigned({ headers }: IncomingMessage, body: string, key: Buffer): boolean {
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
  const expected = Buffer.from(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
  const given = String(headers['webhook-signature'])
    .split(' ')
    .map((one) => Buffer.from(one));
  return given.some((one) => one.length === expected.length && timingSafeEqual(one, expected));
}

const AFTER = { unheard: 'was not spoken in the shop', unacknowledged: 'is not acknowledged' };

function lineOf({ target, type, timestamp, data }: ReceivedWebhook): string {
  const time = String(timestamp).slice(11, 19);
  if (type !== 'notification.escalated') return `${time}  webhook to ${target}: ${type} ${data.shopId}`;
  const why = data.when === 'unheard' ? AFTER.unheard : AFTER.unacknowledged;
  return `${time}  webhook to ${target}: alert ${data.seq} of shop ${data.shopId}, "${data.content}", ${why} (step ${data.step})`;
}
