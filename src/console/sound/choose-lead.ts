/**
 * Who decides which of a shop's tabs speaks: Web Locks; where there are none, as on a page that came by plain http from
 * an address of the local network, or where the browser refuses them, a lease in the shared storage.
 */

import type { Lead, LeadOptions, Rank } from './lead.ts';
import { createLeaseLead } from './lease-lead.ts';
import { createLockLead } from './lock-lead.ts';

export function createLead(options: LeadOptions): Lead {
  const { locks } = options.parts;
  let wanted: Rank | undefined;
  let lead: Lead =
    locks === undefined
      ? createLeaseLead(options)
      : createLockLead({ ...options, locks, onUnavailable: useLease });

  function useLease(): void {
    lead.stop();
    lead = createLeaseLead(options);
    lead.want(wanted);
  }

  return {
    get isHeld() {
      return lead.isHeld;
    },
    confirm: () => lead.confirm(),
    want(rank) {
      wanted = rank;
      lead.want(rank);
    },
    stop: () => lead.stop(),
  };
}
