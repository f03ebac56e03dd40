/** Form fields with their labels and hints. None changes while a person types into it. */

import { el, newId, setText } from './dom.ts';

export interface Field<T> {
  readonly node: HTMLElement;
  show(value: T): void;
}

interface FieldOptions<T> {
  label: string;
  hint?: string;
  testId: string;
  onChange(value: T): void;
}

export interface TextFieldOptions extends FieldOptions<string> {
  placeholder?: string;
  maxLength: number;
}

export function textField(options: TextFieldOptions): Field<string> {
  const { placeholder, maxLength } = options;
  const input = inputOf(options, { type: 'text', placeholder, maxlength: maxLength, autocomplete: 'off' });
  input.addEventListener('change', () => options.onChange(input.value.trim()));
  return { node: labelled(options, input), show: unlessTyped(input) };
}

export interface NumberFieldOptions extends FieldOptions<number> {
  limits: readonly [number, number];
}

export function numberField(options: NumberFieldOptions): Field<number> {
  const [min, max] = options.limits;
  const input = inputOf(options, { type: 'number', inputmode: 'numeric', min, max, step: 1 });
  const put = unlessTyped(input);
  input.addEventListener('change', () => {
    const value = Math.round(input.valueAsNumber);
    if (Number.isFinite(value)) options.onChange(Math.min(max, Math.max(min, value)));
  });
  return { node: labelled(options, input), show: (value) => put(String(value)) };
}

export interface RangeFieldOptions extends FieldOptions<number> {
  limits: readonly [number, number];
  step: number;
  words(value: number): string;
}

export function rangeField(options: RangeFieldOptions): Field<number> {
  const { step, words } = options;
  const [min, max] = options.limits;
  const input = inputOf(options, { type: 'range', min, max, step });
  const value = el('output', { attributes: { for: input.id } });
  const say = () => {
    setText(value, words(input.valueAsNumber));
    input.setAttribute('aria-valuetext', words(input.valueAsNumber));
  };
  input.addEventListener('input', () => {
    say();
    options.onChange(input.valueAsNumber);
  });
  const show = (to: number) => {
    input.value = String(to);
    say();
  };
  return { node: labelled(options, input, value), show };
}

export function checkField(options: FieldOptions<boolean>): Field<boolean> {
  const { hint } = options;
  const input = inputOf(options, { type: 'checkbox' });
  input.addEventListener('change', () => options.onChange(input.checked));
  const check = el('div', { class: 'check' }, input, labelFor(input.id, options.label));
  const node = el('div', { class: 'field' }, check, hintOf(input.id, hint));
  return { node, show: (value) => (input.checked = value) };
}

export interface SelectField {
  readonly node: HTMLElement;
  offer(choices: readonly { value: string; label: string }[], chosen: string): void;
}

export function selectField(options: FieldOptions<string>): SelectField {
  const select = el('select', { id: newId(), testId: options.testId });
  select.addEventListener('change', () => options.onChange(select.value));
  return {
    node: labelled(options, select),
    offer(choices, chosen) {
      const isThere = choices.some(({ value }) => value === chosen);
      const all = isThere ? choices : [...choices, { value: chosen, label: chosen }];
      select.replaceChildren(
        ...all.map(({ value, label }) =>
          el('option', { attributes: { value, selected: value === chosen } }, label),
        ),
      );
    },
  };
}

export interface ChoiceFieldOptions<T extends string> extends FieldOptions<T> {
  choices: readonly {
    readonly value: T;
    readonly label: string;
    /** Beside the choice, such as a button that tries it. */
    readonly beside: HTMLElement;
  }[];
}

/** One of a few, each with something beside it. */
export function choiceField<T extends string>(options: ChoiceFieldOptions<T>): Field<T> {
  const { label, hint, testId, choices } = options;
  const id = newId();
  const inputs = choices.map(({ value }) => {
    const attributes = { type: 'radio', name: id, value };
    const input = el('input', { id: newId(), testId: `${testId}-${value}`, attributes });
    input.addEventListener('change', () => options.onChange(value));
    return input;
  });
  const rows = choices.map(({ label: words, beside }, index) => {
    const input = inputs[index];
    return el('div', { class: 'pick' }, input, labelFor(input?.id ?? '', words), beside);
  });
  const node = el(
    'div',
    {
      class: 'field picks',
      testId,
      attributes: {
        role: 'radiogroup',
        'aria-labelledby': id,
        'aria-describedby': hint === undefined ? undefined : `${id}-hint`,
      },
    },
    el('p', { class: 'field-name', id }, label),
    ...rows,
    hintOf(id, hint),
  );
  return {
    node,
    show(value) {
      for (const input of inputs) input.checked = input.value === value;
    },
  };
}

function inputOf(
  { testId, hint }: FieldOptions<never>,
  attributes: Readonly<Record<string, string | number | undefined>>,
): HTMLInputElement {
  const id = newId();
  const described = hint === undefined ? {} : { 'aria-describedby': `${id}-hint` };
  return el('input', { id, testId, attributes: { ...attributes, ...described } });
}

function labelled(
  { label, hint }: FieldOptions<never>,
  control: HTMLElement,
  beside?: HTMLElement,
): HTMLElement {
  return el(
    'div',
    { class: 'field' },
    labelFor(control.id, label, beside),
    control,
    hintOf(control.id, hint),
  );
}

function hintOf(id: string, hint: string | undefined): HTMLElement | undefined {
  return hint === undefined ? undefined : el('p', { class: 'hint', id: `${id}-hint` }, hint);
}

function labelFor(id: string, words: string, beside?: HTMLElement): HTMLElement {
  const label = el('label', { attributes: { for: id } }, words);
  return beside === undefined ? label : el('div', { class: 'field-head' }, label, beside);
}

/** Shows a value at once, or after the field has lost the keyboard. */
function unlessTyped(input: HTMLInputElement): (value: string) => void {
  let shown = '';
  input.addEventListener('blur', () => {
    input.value = shown;
  });
  return (value) => {
    shown = value;
    if (input !== document.activeElement) input.value = value;
  };
}
