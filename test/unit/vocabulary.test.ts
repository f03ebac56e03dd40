/** The words that names are built of: those of the field, and each exported name once. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { exportsIn, identifiersIn, wordsOf } from '../support/identifiers.ts';

const repository = fileURLToPath(new URL('../../', import.meta.url));

/** Code does none of these; each also in the forms of its verb. Then the names that say nothing. */
const REFUSED = [
  'hear hears tell tells told said knock knocks leave leaves doubt doubts judge judges',
  'visit visits seldom linked does wish wishes wished',
  'manager helper helpers util utils processor',
].flatMap((line) => line.split(' '));

/** Names of others, or published ones. */
const GIVEN = [
  'LockManager',
  'PushManager',
  'pushManager',
  // A setting.
  'plainHears',
  'BatchSpanProcessor',
  'SimpleSpanProcessor',
  'spanProcessors',
  // Operations of the AsyncAPI document.
  'hearOrderPaid',
  'hearOrderReminded',
  'hearSession',
  'tellOrderPaid',
  'tellOrderReminded',
  'tellSession',
];

function isRefused(identifier: string): boolean {
  if (GIVEN.includes(identifier)) return false;
  const words = wordsOf(identifier);
  return /\bgives? back\b/.test(words.join(' ')) || words.some((word) => REFUSED.includes(word));
}

function sourcesOf(folder: string): (readonly [path: string, text: string])[] {
  return readdirSync(join(repository, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => `${folder}/${file.replaceAll('\\', '/')}`)
    .map((path) => [path, readFileSync(join(repository, path), 'utf8')] as const);
}

const SOURCES = ['src', 'db', 'test'].flatMap(sourcesOf);

/** `src/gateway`, or `test` for all of it. */
function roomOf(path: string): string {
  return path
    .split('/')
    .slice(0, path.startsWith('src/') ? 2 : 1)
    .join('/');
}

/** `nobody` in quotes is the name of a user, or of a key. */
const VAGUE =
  /(?<!['`])\b(?:[Nn]obody|[Ss]omebody|[Ww]hoever)\b|\b(?:[Nn]obody|[Ss]omebody|[Ww]hoever)\b(?!['`])/g;

describe('the vocabulary', () => {
  for (const room of new Set(SOURCES.map(([path]) => roomOf(path)))) {
    it(`has no refused word in the names of ${room}`, () => {
      const refused = SOURCES.filter(([path]) => roomOf(path) === room).flatMap(([path, text]) =>
        identifiersIn(text)
          .filter(isRefused)
          .map((name) => `${name} in ${path}`),
      );
      expect(refused).to.deep.equal([]);
    });
  }

  /** In comments, log lines and messages the subject is a thing or a role. The contracts are published as they are. */
  it('has no nobody, somebody or whoever in the texts of src', () => {
    const isText = (path: string) => path.startsWith('src/') && !path.startsWith('src/contracts/');
    const refused = SOURCES.filter(([path]) => isText(path)).flatMap(([path, text]) =>
      (text.match(VAGUE) ?? []).map((word) => `${word} in ${path}`),
    );
    expect(refused).to.deep.equal([]);
  });

  for (const text of ['// whoever asks', "'Somebody acknowledged'", '/** Nobody waits. */']) {
    it(`refuses the text ${text}`, () => expect(text.search(VAGUE)).to.be.at.least(0));
  }
  for (const text of ["kid: 'nobody'", 'the user `nobody`', 'import { NOBODY }']) {
    it(`takes the text ${text}`, () => expect(text.search(VAGUE)).to.equal(-1));
  }

  it('has each exported name of src once', () => {
    const places = new Map<string, string[]>();
    for (const [path, text] of SOURCES.filter(([path]) => path.startsWith('src/'))) {
      for (const name of exportsIn(text)) places.set(name, [...(places.get(name) ?? []), path]);
    }
    expect(places.size).to.be.greaterThan(400);
    const twice = [...places].filter(([, paths]) => paths.length > 1);
    expect(twice).to.deep.equal([]);
  });

  for (const name of [
    'tellShop',
    'createSeldomLog',
    'LEAVE_MS',
    'giveBack',
    'isTold',
    'EventWish',
    'helper',
  ]) {
    it(`refuses ${name}`, () => expect(isRefused(name)).to.equal(true));
  }
  for (const name of ['hearing', 'template', 'toldest', 'LockManager', 'back']) {
    it(`takes ${name}`, () => expect(isRefused(name)).to.equal(false));
  }

  it('reads names, and neither comments nor the text of strings and patterns', () => {
    const template = '`told $'.concat('{visit(a)}`');
    const text = `/** knock */ const a = 'said'; // wish\nconst c = /hear|\\/tell/g;\nlet b = ${template};`;
    expect(identifiersIn(text)).to.have.members(['const', 'a', 'c', 'let', 'b', 'visit']);
  });

  it('reads what is exported', () => {
    const text = 'export const a = 1;\nexport async function b() {}\nexport type C = 1;\nconst d = 1;';
    expect([...exportsIn(text)]).to.deep.equal(['a', 'b', 'C']);
  });
});
