/** What `npm run build` runs after the compiler: the pages and the client for production, into `dist/`. */

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleClient } from './bundle-client.ts';
import { buildConsole } from './bundle-console.ts';

const dist = fileURLToPath(new URL('../../dist/', import.meta.url));
await buildConsole({ directory: join(dist, 'console'), demo: false });
await bundleClient(join(dist, 'client'));
