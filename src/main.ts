#!/usr/bin/env node
/** The process's edge: arguments, signals, exit code. Nothing else in the service touches `process`. */

import type { App } from './app.ts';
import { createCli } from './cli.ts';
import { messageOf } from './platform/errors.ts';

/** Ends the service on the first signal, in order and with exit code 0; a second signal ends the process at once. */
function stopOnSignals(app: App): void {
  let stopping = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(1);
      stopping = true;
      void app.stop();
    });
  }
}

const cli = createCli({
  env: process.env,
  print: (line) => void process.stdout.write(`${line}\n`),
  onServing: stopOnSignals,
});

try {
  await cli.parseAsync();
} catch (error) {
  process.stderr.write(`orderbell: ${messageOf(error)}\n`);
  process.exitCode = 1;
}
