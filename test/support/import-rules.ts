/** Who may import whom in `src/`, checked on the sources' text: rooms, libraries, `process`, default exports, circles. */

import { posix } from 'node:path';

/** Path from the repository's root, with forward slashes, and the text of each source. */
export type Sources = ReadonlyMap<string, string>;

const STAGES = [
  'auth',
  'broker',
  'gateway',
  'http',
  'orders',
  'outbox',
  'payments',
  'server',
  'shop-log',
  'worker',
];

/** What a stage may import besides `domain` and `platform`. */
const STAGE_NEEDS: Record<string, readonly string[]> = {
  gateway: ['protocol', 'server'],
  http: ['server'],
  orders: ['outbox'],
};

/** The rooms of ours that a room may import besides itself; a room that is not here may import any but `dev`. */
const ROOMS: Record<string, readonly string[]> = {
  domain: ['protocol'],
  platform: [],
  protocol: [],
  client: ['protocol'],
  console: ['client', 'protocol'],
  config: ['platform'],
  ...Object.fromEntries(
    STAGES.map((stage) => [stage, ['domain', 'platform', ...(STAGE_NEEDS[stage] ?? [])]]),
  ),
  // Describes what the stages take and say; nobody but the composition root sees it.
  contracts: ['domain', 'broker', 'gateway', 'http', 'protocol'],
};

/** Libraries that only these rooms import. The local stack, which is not part of the service, probes a broker. */
const LIBRARIES: Record<string, readonly string[]> = {
  amqplib: ['broker', 'dev'],
  'uWebSockets.js': ['gateway', 'http', 'server'],
  'prom-client': ['metrics'],
};

const TOUCH_THE_PROCESS = ['main.ts', 'cli.ts', 'dev'];

/** One line for each breach, naming the file and what it does; none if all is well. */
export function breachesOf(sources: Sources): string[] {
  const breaches: string[] = [];
  for (const [path, text] of sources) {
    const code = withoutComments(text);
    const imports = importsOf(code);
    for (const imported of imports) breaches.push(...importBreaches(path, imported));
    if (/\bexport\s+default\b|\bas\s+default\b/.test(code)) breaches.push(`${path} has a default export`);
    if (/\bexport\s+(type\s+)?(\*|\{[^}]*\}\s*from\b)/.test(code)) breaches.push(`${path} is a barrel`);
    const touches = /(?<![.\w$])process\b(?!\s*:)|\bglobalThis\.process\b/.test(withoutStrings(code));
    if ((touches || imports.includes('node:process')) && !TOUCH_THE_PROCESS.includes(roomOf(path))) {
      breaches.push(`${path} touches the process`);
    }
  }
  return [...breaches, ...circlesOf(sources)];
}

/** The packages that the built service imports, each with the first source that does. */
export function packagesOf(sources: Sources): Map<string, string> {
  const packages = new Map<string, string>();
  for (const [path, text] of sources) {
    if (roomOf(path) === 'dev') continue;
    for (const imported of importsOf(withoutComments(text))) {
      const name = /^(@[^/]+\/)?[^/]+/.exec(imported)?.[0] ?? imported;
      if (!/^(\.|node:)/.test(imported) && !packages.has(name)) packages.set(name, path);
    }
  }
  return packages;
}

function importBreaches(path: string, imported: string): string[] {
  const room = roomOf(path);
  const target = targetOf(path, imported);
  if (target === undefined) {
    const only = LIBRARIES[imported];
    if (only !== undefined && !only.includes(room)) return [`${path} imports ${imported}`];
    if (room === 'domain' && imported.startsWith('node:'))
      return [`${path} does I/O: it imports ${imported}`];
    if (room === 'client' || room === 'protocol') return [`${path} has a dependency: ${imported}`];
    return [];
  }
  if (!target.startsWith('src/')) {
    return room in ROOMS ? [`${path} imports ${target}`] : [];
  }
  const other = roomOf(target);
  if (other === room) return [];
  const allowed = ROOMS[room]?.includes(other) ?? (other !== 'dev' && other !== 'main.ts');
  return allowed || room === 'dev' ? [] : [`${path} imports ${target}`];
}

/** The folder under `src/`, or the file that lies there. */
function roomOf(path: string): string {
  return path.split('/')[1] ?? '';
}

/** The path of one of our own files, undefined for a library. */
function targetOf(path: string, imported: string): string | undefined {
  return imported.startsWith('.') ? posix.join(posix.dirname(path), imported) : undefined;
}

const IMPORT =
  /\b(?:import|export)\b[^;'"]*?\bfrom\s*['"]([^'"]+)['"]|\bimport\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/g;

function importsOf(code: string): string[] {
  return [...code.matchAll(IMPORT)].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
}

/** Strings come first, so that the `//` of an address is no comment. */
function withoutComments(text: string): string {
  const pattern = /('(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*")|\/\*[\s\S]*?\*\/|(?<![:\\])\/\/[^\n]*/g;
  return text.replace(pattern, (_, string?: string) => string ?? ' ');
}

function withoutStrings(code: string): string {
  return code.replace(/'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"/g, "''");
}

/** Each circle once, as the way around it. Imports of types count: a circle of ideas is one as well. */
function circlesOf(sources: Sources): string[] {
  const circles: string[] = [];
  const done = new Set<string>();
  const way: string[] = [];
  const visit = (path: string) => {
    const start = way.indexOf(path);
    if (start >= 0) circles.push(`circle: ${[...way.slice(start), path].join(' → ')}`);
    const text = sources.get(path);
    if (start >= 0 || done.has(path) || text === undefined) return;
    way.push(path);
    for (const imported of importsOf(withoutComments(text))) {
      const target = targetOf(path, imported);
      if (target !== undefined) visit(target);
    }
    way.pop();
    done.add(path);
  };
  for (const path of sources.keys()) visit(path);
  return circles;
}
