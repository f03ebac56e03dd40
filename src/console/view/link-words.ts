/** How the link stands, in words, and how bad that is. Pure. */

import type { Strings } from '../language/strings.ts';
import type { LinkState } from '../link/link-state.ts';

export interface LinkWords {
  readonly tone: 'good' | 'busy' | 'bad';
  readonly words: string;
  /** Why, where that helps. */
  readonly why: string | undefined;
}

export function linkWords(link: LinkState, now: number, { link: text }: Strings): LinkWords {
  switch (link.name) {
    case 'live':
      return { tone: 'good', words: text.live, why: undefined };
    case 'reading':
      return { tone: 'busy', words: text.reading, why: undefined };
    case 'connecting':
      return { tone: 'busy', words: text.connecting, why: undefined };
    case 'catching-up':
      return { tone: 'busy', words: text.catchingUp, why: undefined };
    case 'waiting': {
      if (link.reason === 'offline') return { tone: 'bad', words: text.offline, why: undefined };
      const seconds = Math.max(1, Math.ceil((link.until - now) / 1000));
      return { tone: 'bad', words: text.waiting(seconds), why: text.why[link.reason] };
    }
    case 'replaced':
      return { tone: 'bad', words: text.replaced, why: undefined };
    case 'signed-out':
      return { tone: 'bad', words: text.signedOut, why: undefined };
    case 'refused':
      return { tone: 'bad', words: text.refused, why: link.message };
  }
}
