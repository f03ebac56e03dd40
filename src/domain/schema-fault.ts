/** Saying in one line what a schema did not like. */

import type { TObject } from 'typebox';

interface SchemaError {
  instancePath: string;
  message: string;
}

/**
 * The first thing that the sender has to mend, as `path: rule`. A field's own description says the rule where it
 * has one, since a union or a pattern explains itself badly.
 */
export function firstFault(schema: TObject, errors: readonly SchemaError[]): string {
  const first = errors[0];
  if (first === undefined || first.instancePath === '') return `(body): ${first?.message ?? 'is not valid'}`;
  const field: { description?: string } | undefined = schema.properties[first.instancePath.slice(1)];
  return `${first.instancePath}: ${field?.description ? `must be ${field.description}` : first.message}`;
}

/** The first fault of a document that has fields within fields: `path` is a JSON Pointer, empty for the whole. */
export function pathOfFault(errors: readonly SchemaError[]): { path: string; rule: string } {
  const { instancePath: path = '', message = 'is not valid' } = errors[0] ?? {};
  // What the schema does not name is held against `false`.
  return { path, rule: message === 'schema is false' ? 'is not known' : message };
}
