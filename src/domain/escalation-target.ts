/**
 * The targets of escalations, by name, as they are configured. Guarantees that what `readTargets` takes can be sent to,
 * and that everything else is refused with the path to its fault and never with a value: it may be a secret. Pure.
 */

import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';

/** https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md: 24 to 64 bytes. */
const Secret = Type.String({ pattern: '^whsec_[A-Za-z0-9+/]{32,86}={0,2}$' });

const Webhook = Type.Object(
  {
    kind: Type.Literal('webhook'),
    url: Type.String({ maxLength: 2000 }),
    /** Several while one takes the place of another: each delivery is signed with all. */
    secret: Type.Union([Secret, Type.Array(Secret, { minItems: 1, maxItems: 4 })]),
  },
  { additionalProperties: false },
);

const WebPush = Type.Object({ kind: Type.Literal('web-push') }, { additionalProperties: false });

const RULES = { webhook: Compile(Webhook), 'web-push': Compile(WebPush) };

export type TargetKind = keyof typeof RULES;
export const TARGET_KINDS: readonly TargetKind[] = ['webhook', 'web-push'];

/** `secrets` are as configured, `whsec_…`; the first is the newest. */
export interface WebhookTarget {
  kind: 'webhook';
  url: string;
  secrets: readonly string[];
}

/** Every push subscription of the shop. */
export interface WebPushTarget {
  kind: 'web-push';
}

export type EscalationTarget = WebhookTarget | WebPushTarget;
export type EscalationTargets = ReadonlyMap<string, EscalationTarget>;

export type ReadTargets =
  | { ok: true; targets: EscalationTargets }
  /** `path` as in JSON Pointer, such as `/manager/url`; empty for the whole. */
  | { ok: false; path: string; rule: string };

type Fault = Extract<ReadTargets, { ok: false }>;
type ReadTarget = { ok: true; target: EscalationTarget } | Fault;

const MAX_TARGETS = 100;
const NAME = /^[a-z0-9-]{1,40}$/;

/** `value` is the parsed JSON. Without `allowsPrivate` a webhook's URL must be `https://`. */
export function readTargets(value: unknown, allowsPrivate: boolean): ReadTargets {
  if (!isObject(value)) return { ok: false, path: '', rule: 'must be an object of targets by name' };
  const entries = Object.entries(value);
  if (entries.length > MAX_TARGETS)
    return { ok: false, path: '', rule: `may have ${MAX_TARGETS} targets at the most` };
  const targets = new Map<string, EscalationTarget>();
  for (const [index, [name, configured]] of entries.entries()) {
    // A name that is none may be a secret in the wrong place.
    if (!NAME.test(name)) {
      return {
        ok: false,
        path: '',
        rule: `has a name, number ${index + 1}, that is not 1 to 40 of a-z 0-9 -`,
      };
    }
    const read = readTarget(configured, `/${name}`, allowsPrivate);
    if (!read.ok) return read;
    targets.set(name, read.target);
  }
  return { ok: true, targets };
}

function readTarget(value: unknown, path: string, allowsPrivate: boolean): ReadTarget {
  const kind = TARGET_KINDS.find((one) => isObject(value) && value.kind === one);
  switch (kind) {
    case undefined:
      return { ok: false, path: `${path}/kind`, rule: `must be one of ${TARGET_KINDS.join(', ')}` };
    case 'web-push':
      return RULES[kind].Check(value) ? { ok: true, target: { kind } } : extraFault(path, ['kind']);
    case 'webhook':
      return RULES[kind].Check(value) ? readWebhook(value, path, allowsPrivate) : webhookFault(value, path);
  }
}

function readWebhook(
  { url, secret }: Static<typeof Webhook>,
  path: string,
  allowsPrivate: boolean,
): ReadTarget {
  const rule = urlFault(url, allowsPrivate);
  if (rule !== undefined) return { ok: false, path: `${path}/url`, rule };
  const secrets = [secret].flat();
  if (secrets.some((one) => !isWholeBase64(one.slice('whsec_'.length)))) {
    return { ok: false, path: `${path}/secret`, rule: SECRET_RULE };
  }
  return { ok: true, target: { kind: 'webhook', url, secrets } };
}

const SECRET_RULE = 'must be whsec_ and the base64 of 24 to 64 random bytes, or a list of up to 4 such';

function webhookFault(value: unknown, path: string): Fault {
  const names = ['kind', 'url', 'secret'];
  const at = RULES.webhook.Errors(value)[0]?.instancePath ?? '';
  if (at.startsWith('/secret')) return { ok: false, path: `${path}/secret`, rule: SECRET_RULE };
  if (at === '/url')
    return { ok: false, path: `${path}/url`, rule: 'must be a URL of up to 2000 characters' };
  return extraFault(path, names);
}

function extraFault(path: string, names: readonly string[]): Fault {
  return { ok: false, path, rule: `must have ${names.join(', ')} and nothing else` };
}

/** A password in a URL would be shown where URLs are. */
function urlFault(text: string, allowsPrivate: boolean): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const protocols = allowsPrivate ? ['https:', 'http:'] : ['https:'];
  if (url === undefined || !protocols.includes(url.protocol)) {
    return allowsPrivate
      ? 'must be an https:// or http:// URL'
      : 'must be an https:// URL; http:// is taken with escalation.allowPrivateTargets';
  }
  return url.username === '' && url.password === '' ? undefined : 'must have no user and no password';
}

/** The base64 of 24 to 64 bytes, with its padding. */
function isWholeBase64(text: string): boolean {
  const bytes = Math.floor((text.replace(/=+$/, '').length * 6) / 8);
  return text.length % 4 === 0 && bytes >= 24 && bytes <= 64;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
