/** Notes how far back alerts are open, so that a reload tomorrow still finds the one that everybody overlooked today. */

import type { OpenMark } from '../log/read-day.ts';
import type { SafeStorage } from './storage.ts';

export interface OpenMarks {
  load(): OpenMark | undefined;
  save(mark: OpenMark): void;
}

export function openMarks(storage: SafeStorage, shop: string): OpenMarks {
  const key = `orderbell.open.${shop}`;
  let last = '';
  return {
    load() {
      const [, epoch, seq] = /^(.{1,64}) ([0-9]{1,16})$/.exec(storage.getItem(key) ?? '') ?? [];
      return epoch === undefined ? undefined : { epoch, seq: Number(seq) };
    },
    save({ epoch, seq }) {
      const next = `${epoch} ${seq}`;
      if (next !== last) storage.setItem(key, next);
      last = next;
    },
  };
}
