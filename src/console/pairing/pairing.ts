/** Pairing this page by a code: one try at a time, and how the last one ended. */

import type { GivenTill, PairFault, TillApi } from './till-api.ts';

export type PairingState = 'idle' | 'busy' | PairFault;

export interface Pairing {
  readonly state: PairingState;
  /** Whether codes are of use here, as the service says; false until it has said so. */
  readonly isOffered: boolean;
  /** Asks the service whether it pairs tills, unless that is known. */
  look(): void;
  /** Gives the till where the code was right. */
  pair(code: string): Promise<GivenTill | undefined>;
}

export interface PairingOptions {
  api: Pick<TillApi, 'pairs' | 'redeem'>;
  /** How people call this till; empty takes the name that was given with the code. */
  name(): string;
  onChange(): void;
}

export function createPairing({ api, name, onChange }: PairingOptions): Pairing {
  let state: PairingState = 'idle';
  let isOffered: boolean | undefined;

  function become(next: PairingState): void {
    state = next;
    onChange();
  }
  async function look(): Promise<void> {
    isOffered = await api.pairs();
    onChange();
  }

  return {
    get state() {
      return state;
    },
    get isOffered() {
      return isOffered === true;
    },
    look() {
      if (isOffered === undefined) void look();
    },
    async pair(code) {
      if (state === 'busy') return undefined;
      become('busy');
      const paired = await api.redeem(code, name());
      become(paired.outcome === 'paired' ? 'idle' : paired.outcome);
      return paired.outcome === 'paired' ? paired.till : undefined;
    },
  };
}

/** The six digits of what a person typed, also with spaces or dashes; undefined where it is something else. */
export function codeIn(typed: string): string | undefined {
  const digits = typed.replaceAll(/[\s-]/g, '');
  return /^[0-9]{6}$/.test(digits) ? digits : undefined;
}
