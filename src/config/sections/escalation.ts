/** Who is told of a notification that a shop does not deal with. Two settings are JSON, written as text. */

import { type EscalationPolicy, readPolicy } from '../../domain/escalation-policy.ts';
import { type EscalationTargets, readTargets } from '../../domain/escalation-target.ts';
import { between, FLAG } from '../formats.ts';
import { type VapidConfig, vapidFaults, vapidSection } from './vapid.ts';

export interface EscalationConfig {
  readonly policy: string;
  readonly targets: string;
  readonly allowPrivateTargets: boolean;
  readonly vapid: VapidConfig;
}

/** Each setting by itself. Whether they go together is `escalationFaults`'s. */
function policyText(value: unknown): void {
  if (value !== '') jsonOf(value);
}

function targetsText(value: unknown): void {
  if (value === '') return;
  const read = readTargets(jsonOf(value), true);
  if (!read.ok) throw new Error(faultAt(read));
}

/** A parser's message quotes the text, which may hold a secret. */
function jsonOf(value: unknown): unknown {
  try {
    return JSON.parse(String(value));
  } catch {
    throw new Error('must be JSON');
  }
}

function faultAt({ path, rule }: { path: string; rule: string }): string {
  return path === '' ? rule : `${path} ${rule}`;
}

export const escalationSection = {
  policy: {
    doc: 'The [policy](../src/escalation/README.md#policies) of every shop that has none of its own, as JSON. Without it only those of shops apply.',
    format: policyText,
    default: '',
    env: 'ESCALATION_POLICY',
  },
  targets: {
    doc: 'Who can be told, as JSON: `{"manager":{"kind":"webhook","url":"https://…","secret":"whsec_…"},"tills":{"kind":"web-push"}}`.',
    format: targetsText,
    default: '',
    env: 'ESCALATION_TARGETS',
    sensitive: true,
  },
  allowPrivateTargets: {
    doc: '`true` allows targets over plain HTTP, and at private, local and link-local addresses.',
    format: FLAG,
    default: false,
    env: 'ESCALATION_ALLOW_PRIVATE_TARGETS',
  },
  pushSubscriptionsPerShop: {
    doc: 'The most browsers of one shop that get Web Push. One that was not renewed for 90 days is forgotten.',
    format: between(1, 100),
    default: 20,
    env: 'ESCALATION_PUSH_SUBSCRIPTIONS_PER_SHOP',
  },
  vapid: vapidSection,
};

/** One line for each thing that does not go together, `key: rule`. Each value by itself is right already. */
export function escalationFaults(escalation: EscalationConfig): string[] {
  const { policy, allowPrivateTargets } = escalation;
  const read = readTargets(targetsJson(escalation), allowPrivateTargets);
  if (!read.ok) return [`escalation.targets: ${faultAt(read)}`];
  const hasPushTarget = [...read.targets.values()].some(({ kind }) => kind === 'web-push');
  const faults = vapidFaults(escalation.vapid, hasPushTarget);
  if (faults.length > 0 || policy === '') return faults;
  const asked = readPolicy(JSON.parse(policy), new Set(read.targets.keys()));
  return asked.ok ? [] : [`escalation.policy: ${faultAt(asked)}`];
}

/** Of settings that are without a fault. */
export function targetsOf(escalation: EscalationConfig): EscalationTargets {
  const read = readTargets(targetsJson(escalation), escalation.allowPrivateTargets);
  if (!read.ok) throw new Error(`escalation.targets: ${faultAt(read)}`);
  return read.targets;
}

function targetsJson({ targets }: EscalationConfig): unknown {
  return targets === '' ? {} : JSON.parse(targets);
}

/** Of settings that are without a fault; undefined where none is configured. */
export function defaultPolicyOf({ policy }: EscalationConfig): EscalationPolicy | undefined {
  return policy === '' ? undefined : JSON.parse(policy);
}
