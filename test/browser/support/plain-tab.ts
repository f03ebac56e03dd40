/**
 * A tab of a profile of its own, which can be put out of sight and is then treated as after minutes. Driven by
 * the browser's protocol itself, since Playwright switches that off, and has each page believe that it is looked at.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import WebSocket from 'ws';
import { CHROMIUM_ARGUMENTS, chromiumPath } from './chromium.ts';

/** Chromium waits five minutes of its own accord. */
const SOON = '--enable-features=IntensiveWakeUpThrottling:grace_period_seconds/5';

export interface PlainTab {
  /** What an expression gives, as JSON brings it. */
  evaluate<T>(expression: string): Promise<T>;
  /** A command of the browser's protocol, for this tab. */
  command(method: string, parameters?: object): Promise<Record<string, unknown>>;
  /** Another tab comes before this one. */
  hide(): Promise<void>;
  close(): Promise<void>;
}

export interface PlainTabOptions {
  /** Runs before the page's own scripts. */
  script: string;
  arguments?: readonly string[];
}

type Answer = { id?: number; result?: Record<string, unknown>; error?: { message: string } };

export async function openTab(url: string, options: PlainTabOptions): Promise<PlainTab> {
  const profile = mkdtempSync(join(tmpdir(), 'orderbell-tab-'));
  const browser = spawn(await chromiumPath(), [
    ...CHROMIUM_ARGUMENTS,
    ...['--headless=new', '--remote-debugging-port=0', `--user-data-dir=${profile}`, SOON],
    ...(options.arguments ?? []),
  ]);
  const socket = new WebSocket(await debuggerOf(browser));
  await once(socket, 'open');
  const call = callOver(socket);
  const { targetId } = await call('Target.createTarget', { url: 'about:blank' });
  const { sessionId } = await call('Target.attachToTarget', { targetId, flatten: true });
  const inTab = (method: string, params: object) => call(method, params, String(sessionId));
  await inTab('Page.enable', {});
  await inTab('Page.addScriptToEvaluateOnNewDocument', { source: options.script });
  await inTab('Page.navigate', { url });
  return {
    async evaluate<T>(expression: string) {
      const { result } = await inTab('Runtime.evaluate', {
        expression,
        returnByValue: true,
        awaitPromise: true,
      });
      return (result as { value: T }).value;
    },
    command: (method, parameters = {}) => inTab(method, parameters),
    async hide() {
      const other = await call('Target.createTarget', { url: 'about:blank' });
      await call('Target.activateTarget', { targetId: other.targetId });
    },
    async close() {
      const hasEnded = browser.exitCode === null ? once(browser, 'exit') : undefined;
      // By itself it ends its other processes too, which write into the profile.
      await call('Browser.close', {}).catch(() => browser.kill('SIGKILL'));
      await hasEnded;
      socket.terminate();
      rmSync(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    },
  };
}

/** Chromium names the address of its protocol on its standard error. */
async function debuggerOf({ stderr }: ChildProcess): Promise<string> {
  if (stderr === null) throw new Error('Chromium was started without its standard error');
  for await (const line of createInterface({ input: stderr })) {
    const [address] = /ws:\/\/\S+/.exec(line) ?? [];
    if (address !== undefined) return address;
  }
  throw new Error('Chromium ended before it could be driven');
}

function callOver(socket: WebSocket) {
  let last = 0;
  const answers = new Map<number, (answer: Answer) => void>();
  socket.on('message', (text) => {
    const answer: Answer = JSON.parse(String(text));
    if (answer.id !== undefined) answers.get(answer.id)?.(answer);
  });
  return (method: string, params: object, sessionId?: string) =>
    new Promise<Record<string, unknown>>((resolve, reject) => {
      const id = ++last;
      answers.set(id, ({ result = {}, error }) => {
        answers.delete(id);
        if (error === undefined) resolve(result);
        else reject(new Error(`${method}: ${error.message}`));
      });
      socket.send(JSON.stringify({ id, method, params, sessionId }));
    });
}
