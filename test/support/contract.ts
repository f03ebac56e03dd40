/**
 * A published contract as a test reads it. Answers and frames are held to it more strictly than a client should: what
 * the contract does not name is a fault as well, so that nothing undocumented goes out.
 */

import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

// A document is whatever the service published: tests look into it as they please.
// biome-ignore lint/suspicious/noExplicitAny: see above
export type Json = Record<string, any>;

export interface Contract {
  document: Json;
  /** What is at that place in the document, references followed. */
  at(...path: (string | number)[]): Json;
  /** What the schema at that place does not like, in words. */
  faults(path: readonly (string | number)[], value: unknown): string[];
  /** Every `$ref` in the document. */
  references(): string[];
}

export function readContract(document: Json): Contract {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addSchema(closed(document), 'contract');

  function at(...path: (string | number)[]): Json {
    let place: Json = document;
    for (const step of path) {
      place = place[step];
      if (place === undefined) throw new Error(`the contract has nothing at ${path.join(' ')}`);
      if (typeof place.$ref === 'string') place = at(...stepsOf(place.$ref));
    }
    return place;
  }
  return {
    document,
    at,
    faults(path, value) {
      at(...path);
      const validate = ajv.compile({ $ref: `contract#${path.map(escaped).join('')}` });
      validate(value);
      return (validate.errors ?? []).map(
        ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
      );
    },
    references() {
      const found: string[] = [];
      JSON.stringify(document, (key, value) => {
        if (key === '$ref') found.push(value);
        return value;
      });
      return found;
    },
  };
}

/** The steps of a reference such as `#/components/schemas/Order`. */
export function stepsOf(reference: string): string[] {
  return reference
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function escaped(step: string | number): string {
  return `/${encodeURIComponent(String(step).replaceAll('~', '~0').replaceAll('/', '~1'))}`;
}

/** The same, with every object schema refusing what it does not name, unless it says otherwise. */
function closed(document: Json): Json {
  return JSON.parse(JSON.stringify(document), (_, value) =>
    value?.type === 'object' && 'properties' in value && !('additionalProperties' in value)
      ? { ...value, additionalProperties: false }
      : value,
  );
}
