/** Making elements. Text is only ever text: nothing here, or anywhere on the page, parses markup. */

export type Child = Node | string | undefined;

export interface Props {
  class?: string;
  id?: string;
  /** For tests: where a role and a name are not enough. */
  testId?: string;
  /** Attributes by their names; undefined leaves one out, true is an empty one. */
  attributes?: Readonly<Record<string, string | number | boolean | undefined>>;
}

export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props: Props = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (props.class !== undefined) element.className = props.class;
  if (props.id !== undefined) element.id = props.id;
  if (props.testId !== undefined) element.dataset.testid = props.testId;
  for (const [name, value] of Object.entries(props.attributes ?? {})) setAttribute(element, name, value);
  element.append(...children.filter((child) => child !== undefined));
  return element;
}

export function setAttribute(
  element: Element,
  name: string,
  value: string | number | boolean | undefined,
): void {
  if (value === undefined || value === false) element.removeAttribute(name);
  else {
    const written = value === true ? '' : String(value);
    if (element.getAttribute(name) !== written) element.setAttribute(name, written);
  }
}

/** Leaves the node alone where nothing changes: a screen reader takes each change for news. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

export function setHidden(element: HTMLElement, hidden: boolean): void {
  if (element.hidden !== hidden) element.hidden = hidden;
}

export interface ButtonProps extends Props {
  type?: 'button' | 'submit';
  onClick?: (event: MouseEvent) => void;
}

export function button(props: ButtonProps, ...children: readonly Child[]): HTMLButtonElement {
  const element = el('button', props, ...children);
  element.type = props.type ?? 'button';
  if (props.onClick !== undefined) element.addEventListener('click', props.onClick);
  return element;
}

let ids = 0;

/** An id that no other element has. */
export function newId(): string {
  ids += 1;
  return `id-${ids}`;
}
