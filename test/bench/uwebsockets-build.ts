/** Which of the builds in uWebSockets.js this Node loads. Its figures differ from one to the next, and so do its answers. */

import { createRequire } from 'node:module';
import { basename } from 'node:path';

/** Such as `uws_linux_x64_115.node (Node ABI 115)`: what was loaded in truth, not what its name should be. */
export function uwebsocketsBuild(): string {
  const require = createRequire(import.meta.url);
  require('uWebSockets.js');
  const loaded = Object.keys(require.cache).filter((file) => /[\\/]uws[^\\/]*\.node$/.test(file));
  const names = loaded.map((file) => basename(file)).join(', ') || 'not a file of its own';
  return `${names} (Node ABI ${process.versions.modules})`;
}
