/** Whether the service would accept its configuration. */

import type { ExplainedConfig } from '../explain-config.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

const CHECK = 'configuration';

export function examineConfiguration({ settings, faults, warnings }: ExplainedConfig): Finding[] {
  const findings = [
    ...settings.flatMap(({ key, fault, source, from }) =>
      fault === undefined ? [] : fail(CHECK, `${key} ${fault}`, `see its value from ${from ?? source}`),
    ),
    ...faults.map((fault) => fail(CHECK, fault, 'correct the file')),
    ...warnings.map((warning) => warn(CHECK, warning, 'correct or remove the variable')),
  ];
  if (findings.some(({ state }) => state === 'fail')) return findings;
  const set = settings.filter(({ source }) => source !== 'default').length;
  return [ok(CHECK, `valid, ${set} of ${settings.length} settings are not the default`), ...findings];
}
