/** Loaded with `--import`: uWebSockets.js does not load, as where its binary does not fit the machine. */

import { register } from 'node:module';

const hooks = `
  export async function resolve(specifier, context, next) {
    if (specifier === 'uWebSockets.js') throw new Error('version GLIBC_2.38 not found');
    return next(specifier, context);
  }
`;

register(`data:text/javascript,${encodeURIComponent(hooks)}`);
