/** What `npm run build` runs to make the browser client; its declarations are tsc's. */

import { bundleClient } from './bundle-client.ts';

await bundleClient('dist/client');
