/** What every command is given: its settings, where its words go, and how it runs on until a signal. */

import type { Command } from 'commander';
import type { Config } from '../config/config.ts';
import type { Machine, RuntimeFault } from '../platform/runtime/runtime-fault.js';
import type { ExplainedConfig } from './explain-config.ts';

/** The edge of the process, or what a test puts in its place. */
export interface Surface {
  env: Record<string, string | undefined>;
  /** What this process runs on. */
  machine: Machine;
  /** Why uWebSockets.js cannot be loaded on it, as far as its files show. */
  unfit: RuntimeFault | undefined;
  /** A line of what was asked for: standard output. */
  print(line: string): void;
  /** A line beside that, such as a warning: standard error. */
  note(line: string): void;
  /** All of standard input. */
  readInput(): Promise<Buffer>;
  /** Called with what runs from now on: the first signal stops it, and the process ends with 0. */
  onRunning(running: Running): void;
}

export interface Running {
  stop(): Promise<void>;
}

/** For what goes on until a signal: resolves when that has come and `stop` is through. */
export function runUntilStopped({ onRunning }: Surface, stop: () => Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    onRunning({ stop: () => stop().then(resolve) });
  });
}

/** What `print` and `note` are given is one line: a character that would control the terminal is escaped. */
export interface CommandContext extends Surface {
  /** Throws `config-invalid`. Variables in `over` go before those of the environment. */
  readConfig(over?: Record<string, string>): Config;
  /** Where each setting comes from, also of a configuration that is not valid. */
  explainConfig(): ExplainedConfig;
}

/** A command, or a family of them, that puts itself under `cli`. Its action rejects where it fails. */
export type AddCommand = (cli: Command, context: CommandContext) => void;
