/** The keys by which push services know this service (RFC 8292). `orderbell vapid` makes a pair. */

import { createECDH } from 'node:crypto';
import { matching } from '../formats.ts';
import { orNone } from '../urls.ts';

export interface VapidConfig {
  readonly publicKey: string;
  readonly privateKey: string;
  readonly subject: string;
}

export const vapidSection = {
  publicKey: {
    doc: 'The public key for Web Push, which browsers are given. With it and its two companions the console offers Web Push.',
    format: orNone(matching(/^B[A-Za-z0-9_-]{86}$/, 'a public key of orderbell vapid')),
    default: '',
    env: 'ESCALATION_VAPID_PUBLIC_KEY',
  },
  privateKey: {
    doc: 'Its private key. With another pair every browser has to subscribe again.',
    format: orNone(matching(/^[A-Za-z0-9_-]{43}$/, 'a private key of orderbell vapid')),
    default: '',
    env: 'ESCALATION_VAPID_PRIVATE_KEY',
    sensitive: true,
  },
  subject: {
    doc: 'Whom a push service can ask: `mailto:` and an address, or an `https://` URL.',
    format: orNone(
      matching(
        /^(mailto:[^\s@]+@[^\s@]+|https:\/\/[^\s/]\S*)$/,
        'mailto: and an address, or an https:// URL',
      ),
    ),
    default: '',
    env: 'ESCALATION_VAPID_SUBJECT',
  },
};

/** One line for each thing that does not go together, `key: rule`. */
export function vapidFaults(vapid: VapidConfig, hasPushTarget: boolean): string[] {
  const { publicKey, privateKey } = vapid;
  const missing = Object.entries(vapid).filter(([, value]) => value === '');
  if (missing.length === 3 && !hasPushTarget) return [];
  if (missing.length > 0) {
    const why = hasPushTarget ? 'with a target of the kind web-push' : 'with the others of escalation.vapid';
    return missing.map(([name]) => `escalation.vapid.${name}: is required ${why}`);
  }
  return publicKeyOf(privateKey) === publicKey
    ? []
    : ['escalation.vapid.privateKey: is not that of escalation.vapid.publicKey'];
}

function publicKeyOf(privateKey: string): string | undefined {
  const curve = createECDH('prime256v1');
  try {
    curve.setPrivateKey(privateKey, 'base64url');
  } catch {
    return undefined; // no number of the curve
  }
  return curve.getPublicKey('base64url');
}

/** Of settings that are without a fault; undefined where there is no Web Push. */
export function vapidOf({ vapid }: { vapid: VapidConfig }): VapidConfig | undefined {
  return vapid.publicKey === '' ? undefined : vapid;
}
