/** What `npm run build` runs after the compiler: the pages for production, and the package of the client, into `dist/`. */

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundlePages } from './bundle-pages.ts';
import { writeClientPackage } from './client-package.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const directory = join(root, 'dist');
await bundlePages({ directory, demo: false });
await writeClientPackage({ root, directory: join(directory, 'client') });
