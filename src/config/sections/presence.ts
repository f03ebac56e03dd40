/** Which sessions count as able to sound. */

import { FLAG } from '../formats.ts';

export const presenceSection = {
  plainHears: {
    doc: '`false` counts a shop that has only plain sessions as one that hears nothing: a plain session cannot report whether it sounds.',
    format: FLAG,
    default: true,
    env: 'PRESENCE_PLAIN_HEARS',
  },
};
