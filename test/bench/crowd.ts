/**
 * One address against a running service, with all it can: connections that say nothing, headers a byte at a time,
 * upgrades, requests, frames. Prints what came of each, and how long others had to wait meanwhile; asserts nothing.
 * `URL` is the service (a test one: it is attacked), `COUNT` how many connections, `PID` its process if it is here.
 * Needs Linux: the attacker is 127.0.0.1, the others are 127.0.0.2. Open files: `ulimit -n` above COUNT.
 */

import { readFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { clientFrame, upgradeRequest } from '../support/raw-socket.ts';

const target = new URL(process.env.URL ?? 'http://127.0.0.1:8080');
const count = Number(process.env.COUNT ?? 10_000);
const pid = process.env.PID;

interface Attacker {
  socket: Socket;
  /** The first line that was heard, or how it ended. */
  outcome: string;
  frames: number;
}

function attack(first: string, localAddress = '127.0.0.1'): Promise<Attacker> {
  const socket = connect({ host: target.hostname, port: Number(target.port), localAddress });
  const attacker: Attacker = { socket, outcome: 'silent', frames: 0 };
  let head = '';
  return new Promise((resolve) => {
    socket.on('connect', () => {
      if (first !== '') socket.write(first);
      resolve(attacker);
    });
    socket.on('data', (data) => {
      attacker.frames++;
      head += data.toString('latin1', 0, 16);
      if (attacker.outcome === 'silent' && head.length >= 12) attacker.outcome = head.slice(9, 12);
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      if (attacker.outcome === 'silent') attacker.outcome = 'closed';
      resolve(attacker);
    });
  });
}

/** At most so many at a time: the kernel's own queue of new connections is not what is tried. */
async function attackAll(n: number, first: string): Promise<Attacker[]> {
  const attackers: Attacker[] = [];
  while (attackers.length < n) {
    const some = Math.min(200, n - attackers.length);
    attackers.push(...(await Promise.all(Array.from({ length: some }, () => attack(first)))));
  }
  return attackers;
}

function tally(attackers: readonly Attacker[]): string {
  const counts = new Map<string, number>();
  for (const { outcome } of attackers) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  return [...counts].map(([outcome, n]) => `${n} ${outcome}`).join(', ');
}

/** Asks as somebody else, over and over, until it is stopped; then says how long the answers took. */
function watchOthers() {
  const agent = new Agent({ localAddress: '127.0.0.2', keepAlive: false });
  const times: number[] = [];
  let failed = 0;
  let over = false;
  const asking = (async () => {
    while (!over) {
      const began = performance.now();
      const status = await new Promise<number>((resolve) => {
        const asked = get(
          { host: target.hostname, port: target.port, path: '/healthz', agent },
          (response) => {
            response.resume();
            resolve(response.statusCode ?? 0);
          },
        );
        asked.setTimeout(5_000, () => asked.destroy());
        asked.on('error', () => resolve(0));
      });
      if (status === 200) times.push(performance.now() - began);
      else failed++;
      await pause(20);
    }
  })();
  return async () => {
    over = true;
    await asking;
    times.sort((a, b) => a - b);
    const at = (q: number) => (times[Math.floor(times.length * q)] ?? 0).toFixed(1);
    return `${times.length} answered, ${failed} not, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, max ${at(0.9999)} ms`;
  };
}

function memory(): string {
  if (pid === undefined) return '';
  const kb = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return `${Math.round(Number(kb) / 1024)} MB`;
}

async function scene(name: string, play: () => Promise<string>): Promise<void> {
  const others = watchOthers();
  const began = performance.now();
  const came = await play();
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(`| ${name} | ${came} | ${seconds} | ${await others()} | ${memory()} |`);
  await pause(13_000); // until the last of it has been cut, and a new window has begun
}

const close = (attackers: readonly Attacker[]) => {
  for (const { socket } of attackers) socket.destroy();
};
const upgrade = () => upgradeRequest(`/ws/crowd-${Math.random().toString(36).slice(2)}`);

console.log('| attack | what came of it | s | others meanwhile | memory |\n| --- | --- | --- | --- | --- |');

await scene(`${count} connections that say nothing, held for 15 s`, async () => {
  const attackers = await attackAll(count, '');
  await pause(500);
  const atFirst = tally(attackers);
  await pause(14_500);
  const after = tally(attackers);
  close(attackers);
  return `at first ${atFirst}; then ${after}`;
});

await scene(`${count} with headers, a byte a second`, async () => {
  const attackers = await attackAll(count, 'GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ');
  for (let second = 0; second < 15; second++) {
    await pause(1_000);
    for (const { socket } of attackers) if (!socket.destroyed) socket.write('b');
  }
  const came = tally(attackers);
  close(attackers);
  return came;
});

await scene(`${count} upgrades`, async () => {
  const attackers: Attacker[] = [];
  while (attackers.length < count) {
    attackers.push(...(await Promise.all(Array.from({ length: 200 }, () => attack(upgrade())))));
  }
  await pause(1_000);
  const came = tally(attackers);
  close(attackers);
  return came;
});

await scene('requests on 50 connections, as fast as they go', async () => {
  const statuses = new Map<number, number>();
  const agent = new Agent({ keepAlive: true, maxSockets: 50, localAddress: '127.0.0.1' });
  const until = performance.now() + 5_000;
  await Promise.all(
    Array.from({ length: 50 }, async () => {
      while (performance.now() < until) {
        const status = await new Promise<number>((resolve) => {
          get({ host: target.hostname, port: target.port, path: '/orders/1', agent }, (response) => {
            response.resume();
            response.on('end', () => resolve(response.statusCode ?? 0));
          }).on('error', () => resolve(0));
        });
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
    }),
  );
  agent.destroy();
  return [...statuses].map(([status, n]) => `${n} × ${status}`).join(', ');
});

await scene('200,000 frames on one socket', async () => {
  const attacker = await attack(upgradeRequest('/ws/flood'));
  await pause(200);
  const frame = clientFrame(1, Buffer.from('{"kind":"ack","seq":999999}'));
  const chunk = Buffer.concat(Array.from({ length: 1_000 }, () => frame));
  for (let sent = 0; sent < 200; sent++) {
    if (!attacker.socket.write(chunk)) await new Promise((resolve) => attacker.socket.once('drain', resolve));
  }
  await pause(500);
  const came = `${attacker.outcome}, ${attacker.frames} reads of answers`;
  close([attacker]);
  return came;
});
