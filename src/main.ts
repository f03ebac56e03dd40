#!/usr/bin/env node
/** The process's edge: arguments, signals, exit code. Nothing else in the service touches `process`. */

import { constants } from 'node:os';
import type { App } from './app.ts';
import { createCli } from './cli.ts';
import { messageOf } from './platform/errors.ts';

/** What is stopped may leave a link behind that nobody answers on; it would hold the process for minutes. */
const LINGER_MS = 1_000;

/**
 * Ends the service on the first signal, in order and with exit code 0; a second signal ends the process at once. So does
 * the first one during the start: whatever has been begun by then is as safe as after a crash.
 */
function stopOnSignals(): (app: App) => void {
  let app: App | undefined;
  let stopping = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (app === undefined || stopping) process.exit(128 + constants.signals[signal]);
      stopping = true;
      void app.stop().then(() => setTimeout(() => process.exit(0), LINGER_MS).unref());
    });
  }
  return (started) => {
    app = started;
  };
}

const cli = createCli({
  env: process.env,
  print: (line) => void process.stdout.write(`${line}\n`),
  onServing: stopOnSignals(),
});

try {
  await cli.parseAsync();
} catch (error) {
  process.stderr.write(`orderbell: ${messageOf(error)}\n`);
  process.exitCode = 1;
}
