/** A process that uses the local stack of the directory in its argument until it is killed. Prints when it has it. */

import { imagesFrom } from '../../src/dev/docker.ts';
import { startStack } from '../../src/dev/stack.ts';

await startStack({
  dir: process.argv[2] ?? '',
  forced: 'private',
  images: imagesFrom({}),
  durable: false,
  say: () => {},
});
console.log('held');
setInterval(() => {}, 60_000);
