/** What those who are told of an alert got, as the receiver of `make run` has it: the newest first. */

import { el } from '../view/dom.ts';
import type { DemoStrings } from './demo-strings.ts';

export interface Received {
  readonly target: string;
  readonly type: string;
  readonly data: { readonly content?: unknown; readonly when?: unknown };
}

const SHOWN = 5;

export function isReceived(value: unknown): value is Received {
  if (typeof value !== 'object' || value === null || !('target' in value) || !('type' in value)) return false;
  return 'data' in value && typeof value.data === 'object' && value.data !== null;
}

export function receivedLines(webhooks: readonly Received[], text: DemoStrings): HTMLElement[] {
  const newest = webhooks.slice(-SHOWN).toReversed();
  return newest.map((webhook) =>
    el('li', { testId: 'demo-received' }, text.received(webhook.target, aboutOf(webhook, text))),
  );
}

function aboutOf({ type, data }: Received, text: DemoStrings): string {
  if (type !== 'notification.escalated') return type;
  const why = data.when === 'unheard' ? text.unheard : text.unacknowledged;
  return `${String(data.content)} ${why}`;
}
