/**
 * `npm run sbom`: what the service is made of, as CycloneDX, into `orderbell.cdx.json`. npm lists all libraries; those that the
 * lock file has for development only are left out, by us: with `--omit dev` npm also leaves out what both need, `pg-types`
 * for one (seen with npm 11.19). Each gets the licence of the text that lies with it, and the native binary its parts.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mustRun } from './command.ts';
import { licenceOfFolder } from './licences.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FILE = 'orderbell.cdx.json';

interface Licensed {
  license?: { id?: string; name?: string };
  expression?: string;
}

interface Component {
  'bom-ref': string;
  type: string;
  name: string;
  version?: string;
  licenses?: Licensed[];
  properties?: { name: string; value: string }[];
  components?: Component[];
}

interface Bom {
  metadata: { component: Component };
  components: Component[];
  dependencies: { ref: string; dependsOn: string[] }[];
}

type Locked = Record<string, { version?: string; dev?: boolean }>;

/** What is compiled into the binary of uWebSockets.js: its build links these, at commits that it does not state. */
const INSIDE: readonly (readonly [name: string, licence: string])[] = [
  ['uWebSockets', 'Apache-2.0'],
  ['uSockets', 'Apache-2.0'],
  ['BoringSSL', 'OpenSSL AND ISC AND MIT'],
  ['lsquic', 'MIT AND BSD-3-Clause'],
];

const bom: Bom = JSON.parse(await mustRun('npm', ['sbom', '--sbom-format', 'cyclonedx'], { cwd: ROOT }));
const { name, packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'));
const places = foldersByLibrary(packages);
Object.assign(bom.metadata.component, { name, type: 'application' });
keepProduction();
for (const component of bom.components) {
  correctLicence(component);
  if (component.name === 'uWebSockets.js') component.components = partsOf(component);
}
writeFileSync(join(ROOT, FILE), `${JSON.stringify(bom, null, 2)}\n`);
console.log(`${FILE}: ${bom.components.length} libraries`);

/** By name and version, where the lock file puts each library that runs in production. */
function foldersByLibrary(locked: Locked): Map<string, string> {
  return new Map(
    Object.entries(locked)
      .filter(([path, { dev }]) => path !== '' && dev !== true)
      .map(([path, { version }]) => [`${path.replace(/^.*node_modules\//, '')}@${version}`, path]),
  );
}

function keepProduction(): void {
  bom.components = bom.components.filter((component) => places.has(nameOf(component)));
  const refs = new Set([bom.metadata.component, ...bom.components].map((component) => component['bom-ref']));
  bom.dependencies = bom.dependencies
    .filter(({ ref }) => refs.has(ref))
    .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((other) => refs.has(other)) }));
}

function nameOf({ name, version }: Component): string {
  return `${name}@${version}`;
}

function correctLicence(component: Component): void {
  const folder = places.get(nameOf(component)) ?? '';
  const declared = component.licenses?.[0]?.license?.id;
  const granted = licenceOfFolder(join(ROOT, folder));
  if (declared === undefined && granted === undefined) throw new Error(`${component.name} has no licence`);
  if (granted === undefined || granted === declared) return;
  component.licenses = [{ license: { id: granted } }];
  component.properties = [
    ...(component.properties ?? []),
    { name: 'orderbell:declared-licence', value: declared ?? 'none' },
  ];
  console.log(`${component.name}: its text is ${granted}, its package.json says ${declared ?? 'nothing'}`);
}

function partsOf(binary: Component): Component[] {
  return INSIDE.map(([part, expression]) => ({
    'bom-ref': `${binary['bom-ref']}/${part}`,
    type: 'library',
    name: part,
    licenses: [{ expression }],
  }));
}
