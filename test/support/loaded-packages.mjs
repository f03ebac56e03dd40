/** Loaded before a process: writes to stderr at its end how many modules of OpenTelemetry's SDK it has loaded. */

import { createRequire } from 'node:module';

const { cache } = createRequire(import.meta.url);

process.on('exit', () => {
  // prom-client loads `api` for itself.
  const loaded = Object.keys(cache).filter((path) => /@opentelemetry\/(?!api\/)/.test(path));
  process.stderr.write(`modules of OpenTelemetry: ${loaded.length}\n`);
});
