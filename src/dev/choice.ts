/** Which servers to use. Pure: what is there comes in, what to try comes out, first choice first. */

import type { ServerName } from './probes.ts';

/** How servers can be brought up; `given` ones are not ours to bring up. */
export type Source = 'docker' | 'private';

export interface RunFacts {
  amqpUrl: string | undefined;
  databaseUrl: string | undefined;
  /** What ORDERBELL_SERVERS asks for, if anything. */
  forced: string | undefined;
  /** What another run that is still alive uses. */
  shared: Source | undefined;
  engineAnswers: boolean;
}

export interface Choice {
  /** What must be brought up; the rest is given. */
  needed: ServerName[];
  /** Tried in turn. */
  sources: Source[];
}

export function chooseForRun(facts: RunFacts): Choice {
  const needed: ServerName[] = [];
  if (!facts.databaseUrl) needed.push('postgres');
  if (!facts.amqpUrl) needed.push('rabbitmq');
  return { needed, sources: needed.length === 0 ? [] : sourcesForRun(facts) };
}

function sourcesForRun(facts: RunFacts): Source[] {
  if (facts.shared !== undefined) return [facts.shared];
  if (facts.forced === 'docker' || facts.forced === 'private') return [facts.forced];
  return facts.engineAnswers ? ['docker', 'private'] : ['private'];
}

/** `none` for unit tests; `containers` insists on an engine; `private` does without one; else what there is. */
export type TestServersChoice = 'none' | 'containers' | 'private' | 'any';

export function testServersChoice(value: string | undefined): TestServersChoice {
  if (value === undefined || value === '') return 'any';
  if (value === 'none' || value === 'containers' || value === 'private' || value === 'any') return value;
  throw new Error(`TEST_SERVERS is "${value}": none, containers, private or any`);
}

export interface TestFacts {
  choice: TestServersChoice;
  amqpUrl: string | undefined;
  databaseUrl: string | undefined;
  engineAnswers: boolean;
}

/** With `containers` given servers do not count: the point is to see the containers work. */
export function chooseForTests(facts: TestFacts): Choice {
  if (facts.choice === 'none') return { needed: [], sources: [] };
  if (facts.choice === 'containers') return { needed: ['postgres', 'rabbitmq'], sources: ['docker'] };
  const { needed } = chooseForRun({ ...facts, forced: undefined, shared: undefined });
  if (needed.length === 0) return { needed, sources: [] };
  return {
    needed,
    sources: facts.choice === 'any' && facts.engineAnswers ? ['docker', 'private'] : ['private'],
  };
}
