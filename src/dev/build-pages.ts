/** What `npm run build` runs after the compiler: the pages and the client for production, into `dist/`. */

import { fileURLToPath } from 'node:url';
import { bundlePages } from './bundle-pages.ts';

await bundlePages({ directory: fileURLToPath(new URL('../../dist/', import.meta.url)), demo: false });
