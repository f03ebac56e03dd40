/** `orderbell doctor`: looks at each part and prints what is wrong and what to do. Changes nothing. */

import type { Command } from 'commander';
import { AppError } from '../platform/errors.ts';
import type { CommandContext } from './context.ts';
import { examineAccess } from './doctor/access.ts';
import { examineConfiguration } from './doctor/configuration.ts';
import type { Finding } from './doctor/finding.ts';
import { examinePayments } from './doctor/payments.ts';
import { examinePort } from './doctor/port.ts';
import { examinePostgres } from './doctor/postgres.ts';
import { examineRabbitmq } from './doctor/rabbitmq.ts';
import { examineRuntime } from './doctor/runtime.ts';
import { examineTls } from './doctor/tls.ts';

export function addDoctorCommand(cli: Command, context: CommandContext): void {
  cli
    .command('doctor')
    .summary('look at each part, and say what is wrong and what to do')
    .description(
      'Looks at the configuration, Node.js, the certificate, the payment providers, the keys, Postgres, RabbitMQ and the port, each within seconds, and prints a line for ' +
        'each: `ok`, `warn` for what is odd, `FAIL` for what keeps the service from starting or from what it guarantees. ' +
        'Changes nothing. Fails if anything is FAIL.',
    )
    .option('--json', 'one JSON object a line: check, state (ok, warn, fail), says, todo')
    .action(async ({ json }: { json?: boolean }) => {
      const findings: Finding[] = [];
      for await (const some of examineAll(context)) {
        findings.push(...some);
        for (const finding of some) context.print(json ? JSON.stringify(finding) : asLine(finding));
      }
      const failed = findings.filter(({ state }) => state === 'fail').length;
      if (failed > 0) throw new AppError('check-failed', `${failed} of ${findings.length} checks failed`);
    });
}

/** All at once, and printed in their order. Only a valid configuration shows where the servers are. */
async function* examineAll({
  machine,
  unfit,
  readConfig,
  explainConfig,
}: CommandContext): AsyncGenerator<Finding[]> {
  const configuration = examineConfiguration(explainConfig());
  yield configuration;
  yield await examineRuntime(machine, unfit);
  if (configuration.some(({ state }) => state === 'fail')) return;
  const config = readConfig();
  yield examineTls(config.tls, Date.now());
  yield examinePayments(config.payments, Date.now());
  const address = { ...config.http, isTls: config.tls.key !== '' };
  const parts = [
    examineAccess(config),
    examinePostgres(config),
    examineRabbitmq(config),
    examinePort(address),
  ];
  for (const part of parts) yield await part;
}

function asLine({ check, state, says, todo }: Finding): string {
  const word = state === 'fail' ? 'FAIL' : state;
  return `${word.padEnd(4)}  ${check.padEnd(13)}  ${says}${todo === undefined ? '' : ` -> ${todo}`}`;
}
