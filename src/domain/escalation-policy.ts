/**
 * An escalation policy: who is told, and when, of a notification that a shop does not deal with. Guarantees that what
 * `readPolicy` takes can be carried out, and that everything else is refused with the path to its fault. Pure.
 */

import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { isTimeZone, type OpeningHours, readOpeningHours, WEEKDAYS } from './opening-hours.ts';
import { pathOfFault } from './schema-fault.ts';

const MAX_DELAY_SECONDS = 86_400;
const MAX_STEPS = 10;
const MAX_TARGETS = 10;

const seconds = (minimum: number, maximum: number, description: string) =>
  Type.Integer({ minimum, maximum, description });

const TargetName = Type.String({ pattern: '^[a-z0-9-]{1,40}$', description: '1 to 40 of a-z 0-9 -' });

const Step = Type.Object(
  {
    afterSeconds: seconds(1, MAX_DELAY_SECONDS, 'since the notification was logged'),
    when: Type.Enum(['unheard', 'unacknowledged'], {
      description: '`unheard`: not spoken, or no session of the shop can sound',
    }),
    targets: Type.Array(TargetName, { minItems: 1, maxItems: MAX_TARGETS }),
  },
  { additionalProperties: false },
);

const Repeat = Type.Object(
  {
    fromStep: Type.Integer({
      minimum: 1,
      maximum: MAX_STEPS,
      description: 'the step to begin again with, from 1',
    }),
    everySeconds: seconds(10, MAX_DELAY_SECONDS, 'from one repeated step to the next'),
    times: Type.Integer({ minimum: 1, maximum: 100, description: 'how often the steps come again' }),
  },
  { additionalProperties: false },
);

const Hours = Type.Object(
  Object.fromEntries(
    WEEKDAYS.map((day) => [
      day,
      Type.Optional(Type.Array(Type.String({ description: 'HH:MM-HH:MM' }), { maxItems: 6 })),
    ]),
  ),
  { additionalProperties: false, description: 'a day that is not named is closed' },
);

export const EscalationPolicy = Type.Object(
  {
    steps: Type.Array(Step, { minItems: 1, maxItems: MAX_STEPS }),
    repeat: Type.Optional(Repeat),
    expireAfterSeconds: seconds(1, 2 * MAX_DELAY_SECONDS, 'nothing happens any more after so long'),
    deafAfterSeconds: Type.Optional(
      seconds(10, 3_600, 'a shop that no session hears is deaf after so long; 60 unless given'),
    ),
    timeZone: Type.Optional(Type.String({ description: 'an IANA name, of `hours`' })),
    hours: Type.Optional(Hours),
    outsideHours: Type.Optional(
      Type.Enum(['hold', 'skip', 'fire'], {
        description: '`hold` unless given: the clock stands still until the shop opens',
      }),
    ),
  },
  { additionalProperties: false },
);
export type EscalationPolicy = Static<typeof EscalationPolicy>;
export type EscalationStep = Static<typeof Step>;

/** A policy with the hours read, and nothing left out. */
export interface ReadyPolicy {
  steps: readonly EscalationStep[];
  repeat: Static<typeof Repeat> | undefined;
  expireAfterSeconds: number;
  deafAfterSeconds: number;
  /** Undefined is always open. */
  hours: OpeningHours | undefined;
  outsideHours: 'hold' | 'skip' | 'fire';
}

export type ReadPolicy =
  | { ok: true; policy: ReadyPolicy /** As it was given. */; body: EscalationPolicy }
  /** `path` as in JSON Pointer, such as `/steps/1/afterSeconds`; empty for the whole. */
  | { ok: false; path: string; rule: string };

const wellFormed = Compile(EscalationPolicy);
const DEAF_AFTER_SECONDS = 60;

/** `targets` are the names that are configured. */
export function readPolicy(value: unknown, targets: ReadonlySet<string>): ReadPolicy {
  if (!wellFormed.Check(value)) {
    return { ok: false, ...pathOfFault(wellFormed.Errors(value)) };
  }
  const fault = stepFault(value, targets) ?? repeatFault(value) ?? zoneFault(value);
  if (fault !== undefined) return fault;
  const { timeZone, steps, repeat, expireAfterSeconds } = value;
  const read = timeZone === undefined ? undefined : readOpeningHours(timeZone, value.hours ?? {});
  if (read !== undefined && !read.ok) return { ok: false, path: `/hours${read.path}`, rule: read.rule };
  return {
    ok: true,
    body: value,
    policy: {
      steps,
      repeat,
      expireAfterSeconds,
      deafAfterSeconds: value.deafAfterSeconds ?? DEAF_AFTER_SECONDS,
      hours: value.hours === undefined ? undefined : read?.hours,
      outsideHours: value.outsideHours ?? 'hold',
    },
  };
}

type Fault = Extract<ReadPolicy, { ok: false }>;

function stepFault(
  { steps, expireAfterSeconds }: EscalationPolicy,
  known: ReadonlySet<string>,
): Fault | undefined {
  for (const [index, { afterSeconds, targets }] of steps.entries()) {
    const path = `/steps/${index}`;
    const before = steps[index - 1]?.afterSeconds ?? 0;
    if (afterSeconds <= before) {
      return { ok: false, path: `${path}/afterSeconds`, rule: 'must be later than the step before' };
    }
    if (afterSeconds >= expireAfterSeconds) {
      return { ok: false, path: `${path}/afterSeconds`, rule: 'must be earlier than expireAfterSeconds' };
    }
    const wrong = targets.findIndex(
      (target, place) => !known.has(target) || targets.indexOf(target) !== place,
    );
    if (wrong < 0) continue;
    const rule = known.has(targets[wrong] ?? '') ? 'must not come twice' : 'must be a configured target';
    return { ok: false, path: `${path}/targets/${wrong}`, rule };
  }
  return undefined;
}

function repeatFault({ repeat, steps }: EscalationPolicy): Fault | undefined {
  if (repeat === undefined || repeat.fromStep <= steps.length) return undefined;
  return { ok: false, path: '/repeat/fromStep', rule: `must be a step: there are ${steps.length}` };
}

function zoneFault({ timeZone, hours }: EscalationPolicy): Fault | undefined {
  if (timeZone !== undefined && !isTimeZone(timeZone)) {
    return { ok: false, path: '/timeZone', rule: 'must be an IANA name, such as Asia/Shanghai' };
  }
  if (hours === undefined) return undefined;
  if (timeZone === undefined)
    return { ok: false, path: '/timeZone', rule: 'is needed where there are hours' };
  const isClosed = Object.values(hours).every(
    (intervals) => intervals === undefined || intervals.length === 0,
  );
  return isClosed ? { ok: false, path: '/hours', rule: 'must open the shop at some time' } : undefined;
}
