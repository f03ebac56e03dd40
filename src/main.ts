#!/usr/bin/env node
/** The process's edge: arguments, signals, exit code. Nothing else in the service touches `process`. */

import { constants } from 'node:os';
import { buffer } from 'node:stream/consumers';
import { createCli, verdictOf } from './cli.ts';
import type { Running } from './commands/context.ts';

/** What is done may leave a link behind that nobody answers on; it would hold the process for minutes. */
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

// Whoever read it has seen enough, `head` for one.
process.stdout.on('error', () => process.exit(128 + constants.signals.SIGPIPE));

const cli = createCli({
  env: process.env,
  nodeVersion: process.versions.node,
  machine: { platform: process.platform, arch: process.arch, glibc: glibcVersion() },
  print: (line) => void process.stdout.write(`${line}\n`),
  note: (line) => void process.stderr.write(`${line}\n`),
  readInput: () => buffer(process.stdin),
  onRunning: stopOnSignals(),
});

try {
  await cli.parseAsync();
} catch (error) {
  const { exitCode, message } = verdictOf(error);
  if (message !== undefined) process.stderr.write(`orderbell: ${message}\n`);
  process.exitCode = exitCode;
}
setTimeout(() => process.exit(), LINGER_MS).unref();

/** Of the C library that this process runs on. */
function glibcVersion(): string | undefined {
  const report = process.report.getReport();
  const header: unknown = 'header' in report ? report.header : undefined;
  const isOfGlibc = typeof header === 'object' && header !== null && 'glibcVersionRuntime' in header;
  return isOfGlibc ? String(header.glibcVersionRuntime) : undefined;
}
