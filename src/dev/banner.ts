/** What `make run` prints once all is up. Pure. Every `curl` line rings the bell when it is pasted as it is. */

import { UNACKNOWLEDGED_SECONDS, UNHEARD_SECONDS } from './escalation-receiver.ts';

export interface BannerFacts {
  port: number;
  shopId: string;
  /** Waits to be paid. */
  order: { id: number | string; number: string };
  /** For the third line; must not exist yet. */
  freshNumber: string;
  servers: string;
  data: string;
  seconds: number;
  access: 'none' | 'jwt';
  /** Undefined where none is wanted, or another issuer mints them. */
  token: string | undefined;
  signedPayments: boolean;
  /** WeChat Pay and Alipay are simulated. */
  simulatedProviders: boolean;
  /** A receiver on this machine is told of alerts that the shop does not deal with. */
  simulatedTargets: boolean;
}

export function banner(facts: BannerFacts): string {
  const http = `http://localhost:${facts.port}`;
  const socket = `ws://localhost:${facts.port}/ws/till-1?shop=${facts.shopId}`;
  const inFragment = facts.token === undefined ? '' : `#token=${facts.token}`;
  const [pay, remind, another] = curlLines(facts);
  return `
Orderbell is ready after ${facts.seconds.toFixed(1)} s.

  Console    ${http}/${inFragment}
  HTTP       ${http}
  WebSocket  ${socket}
             With the subprotocol orderbell.v1 frames are numbered: reconnect with &since=<seq> and miss nothing.
${wayIn(facts, socket)}  Servers    ${facts.servers}
  Data       ${facts.data}
${notes(facts)}
Open the console in a browser, and ring the bell from its demo panel or from here:

  # the demo order is paid
  ${pay}
  # its customer asks where it is
  ${remind}
  # another order is made and paid
  ${another}
${simulatedPayment(facts)}${simulatedTargets(facts)}
Ctrl-C stops it, and the servers with it.
`;
}

function simulatedPayment({ simulatedProviders, port, order }: BannerFacts): string {
  if (!simulatedProviders) return '';
  const pay = `npx tsx src/main.ts pay wechat --url http://localhost:${port} --order ${order.number}`;
  return `  # the same payment as WeChat Pay (or alipay) would send it; with --refund 4200 it goes back\n  ${pay}\n`;
}

function simulatedTargets(facts: BannerFacts): string {
  if (!facts.simulatedTargets) return '';
  const seconds = `${UNHEARD_SECONDS} s without being spoken, or ${UNACKNOWLEDGED_SECONDS} s without being acknowledged`;
  return `\nLeave an alert alone: after ${seconds},\nit escalates to a receiver of webhooks on this machine, which prints here what it gets.\n`;
}

/** How a socket shows its token, where it has to: never in its address, which ends up in logs. */
function wayIn(facts: BannerFacts, socket: string): string {
  if (facts.access === 'none') return '';
  return `             npx wscat -c '${socket}' ${bearerOf(facts)}\n`;
}

function bearerOf(facts: BannerFacts): string {
  return `-H "Authorization: Bearer ${tokenOf(facts)}"`;
}

/** What the reader needs to know besides: a token, a signature. */
function notes({ access, token, signedPayments }: BannerFacts): string {
  const lines: string[] = [];
  if (token !== undefined)
    lines.push(`  Token      ${token}`, '             For this shop, all scopes, twelve hours.');
  else if (access === 'jwt') lines.push('  Token      of your issuer, for $TOKEN below');
  if (signedPayments)
    lines.push('  Payments   have to be signed, which the lines below are not: see src/payments/README.md');
  return lines.map((line) => `${line}\n`).join('');
}

/** Where we cannot mint one, a place for one in the shell. */
function tokenOf({ token }: BannerFacts): string {
  return token ?? '$TOKEN';
}

export function curlLines(facts: BannerFacts): [string, string, string] {
  const { shopId, order, freshNumber } = facts;
  const bearer = facts.access === 'none' ? '' : bearerOf(facts);
  const post = (path: string, body?: object) =>
    [
      `curl -sS -w '\\n' -X POST http://localhost:${facts.port}${path}`,
      ...(bearer === '' ? [] : [bearer]),
      ...(body === undefined ? [] : [`-H 'Content-Type: application/json' -d '${JSON.stringify(body)}'`]),
    ].join(' ');
  const make = post('/orders', { number: freshNumber, shopId, amount: 4200 });
  return [
    post('/payments/notify', { outTradeNo: order.number }),
    post(`/orders/${order.id}/reminders`),
    `${make} && ${post('/payments/notify', { outTradeNo: freshNumber })}`,
  ];
}
