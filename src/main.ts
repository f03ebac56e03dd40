#!/usr/bin/env node
/**
 * The process's edge: arguments, signals, exit code. Nothing else in the service touches `process`. What it imports
 * statically runs on any Node.js: the machine is looked at before anything else of ours or of a library is loaded.
 */

import { constants } from 'node:os';
import { buffer } from 'node:stream/consumers';
import type { Running } from './commands/context.ts';
import { settleGarbageCollection } from './platform/runtime/garbage-collection.js';
import { installedBuilds } from './platform/runtime/installed-builds.js';
import { machineOf } from './platform/runtime/machine.js';
import { buildFault, nodeFault } from './platform/runtime/runtime-fault.js';

const machine = machineOf(process);
const tooOld = nodeFault(machine);
if (tooOld !== undefined) {
  process.stderr.write(`orderbell: ${tooOld.says}: ${tooOld.todo}\n`);
  process.exit(1);
}
settleGarbageCollection();
// Only `serve` needs the binary of uWebSockets.js: it refuses to start, `doctor` reports, and the rest works without.
const unfit = buildFault(machine, installedBuilds());
const { createCli, exitOf } = await import('./cli.ts');

/** A command may leave a link behind that is never answered; it would hold the process for minutes. */
const LINGER_MS = 1_000;

/**
 * Ends what runs on the first signal, in order and with exit code 0; a second signal ends the process at once. So does
 * the first one before anything runs: whatever has been begun by then is as safe as after a crash.
 */
function stopOnSignals(): (running: Running) => void {
  let running: Running | undefined;
  let stopping = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (running === undefined || stopping) process.exit(128 + constants.signals[signal]);
      stopping = true;
      void running.stop();
    });
  }
  return (started) => {
    running = started;
  };
}

// The reader of the output has seen enough, as `head` has.
process.stdout.on('error', () => process.exit(128 + constants.signals.SIGPIPE));

const cli = createCli({
  env: process.env,
  machine,
  unfit,
  print: (line) => void process.stdout.write(`${line}\n`),
  note: (line) => void process.stderr.write(`${line}\n`),
  readInput: () => buffer(process.stdin),
  onRunning: stopOnSignals(),
});

try {
  await cli.parseAsync();
} catch (error) {
  const { exitCode, message } = exitOf(error);
  if (message !== undefined) process.stderr.write(`orderbell: ${message}\n`);
  process.exitCode = exitCode;
}
setTimeout(() => process.exit(), LINGER_MS).unref();
