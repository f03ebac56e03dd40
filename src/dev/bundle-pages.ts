/** All that the service serves to browsers, built into one directory as it expects it. */

import { join } from 'node:path';
import { bundleClient, bundleReconnect } from './bundle-client.ts';
import { buildConsole } from './bundle-console.ts';

export interface PagesOptions {
  directory: string;
  /** For development: with the demo panel. */
  demo: boolean;
}

export async function bundlePages({ directory, demo }: PagesOptions): Promise<void> {
  await buildConsole({ directory: join(directory, 'console'), demo });
  await bundleClient(join(directory, 'client'));
  await bundleReconnect(join(directory, 'client'));
}
