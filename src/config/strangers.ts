/**
 * Variables of the environment that look like ours and set nothing: misspelled, or of another version. Those that others
 * are known to use stay out, so that a warning means something.
 */

import { closestName } from './closest-name.ts';
import { settings } from './config.ts';
import { type Env, fileVariableOf } from './secret-files.ts';

/** What others put into an environment under names that begin like ours: proxies, and Kubernetes for its services. */
const OF_OTHERS = /^HTTP_PROXY$|_SERVICE_(HOST|PORT)|_PORT_\d+_(TCP|UDP|SCTP)/;
const ADDRESS_OF_A_SERVICE = /^(tcp|udp|sctp):\/\//;

/** What the SDK of OpenTelemetry reads itself, besides those in our table: a near miss of these is warned of too. */
const OF_THE_SDK = [
  ...['TIMEOUT', 'COMPRESSION', 'CERTIFICATE', 'CLIENT_KEY', 'CLIENT_CERTIFICATE', 'HEADERS'].flatMap(
    (name) => [`OTEL_EXPORTER_OTLP_${name}`, `OTEL_EXPORTER_OTLP_TRACES_${name}`],
  ),
  ...['SCHEDULE_DELAY', 'MAX_QUEUE_SIZE', 'MAX_EXPORT_BATCH_SIZE', 'EXPORT_TIMEOUT'].map(
    (name) => `OTEL_BSP_${name}`,
  ),
  ...['ATTRIBUTE_COUNT', 'ATTRIBUTE_VALUE_LENGTH', 'LINK_COUNT'].map((name) => `OTEL_SPAN_${name}_LIMIT`),
];

/** Sections whose names are common: of what begins like them only a near miss is taken for ours. */
const COMMON = ['HTTP_', 'LOG_'];

const variables = settings.map(({ variable }) => variable);
const known = new Set([
  ...variables,
  ...OF_THE_SDK,
  ...settings.filter(({ sensitive }) => sensitive).map(({ variable }) => fileVariableOf(variable)),
]);

const sections = new Set(
  settings.filter(({ key }) => key.includes('.')).map(({ key }) => `${key.split('.')[0]?.toUpperCase()}_`),
);
const OWN = [...sections, 'ORDERBELL_'].filter((prefix) => !COMMON.includes(prefix));

/** One line for each. */
export function strangersIn(env: Env): string[] {
  return Object.entries(env).flatMap(([name, value = '']) => {
    if (known.has(name) || OF_OTHERS.test(name)) return [];
    if (name.endsWith('_PORT') && ADDRESS_OF_A_SERVICE.test(value)) return [];
    const hint = hintFor(name);
    if (hint === undefined && !OWN.some((prefix) => name.startsWith(prefix))) return [];
    return [`${name} sets nothing${hint === undefined ? '' : `: ${hint}`}`];
  });
}

function hintFor(name: string): string | undefined {
  const plain = variables.find((variable) => fileVariableOf(variable) === name);
  if (plain !== undefined) return `only secrets are read from files, set ${plain} itself`;
  const inside = variables.find((variable) =>
    [...OWN, ...COMMON].some((prefix) => prefix + variable === name),
  );
  const meant = inside ?? closestName(name, [...known]);
  return meant === undefined ? undefined : `did you mean ${meant}?`;
}
