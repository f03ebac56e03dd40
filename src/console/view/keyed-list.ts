/**
 * Keeps the children of an element in step with a list. Guarantees that an item keeps its element as long as it stays,
 * so that focus, scroll and a finger on its way meet what they aimed at; what leaves may hold its place for a moment,
 * so that a second tap does not hit what would have moved up.
 */

export interface KeyedRow<T> {
  readonly node: HTMLElement;
  /** Brings the element up to date; called right after it was made, too. */
  update(item: T): void;
}

export interface KeyedListOptions<T> {
  keyOf(item: T): string;
  make(item: T): KeyedRow<T>;
  /** How long what leaves stays, out of reach, with the class `leaving`. */
  removalMs?: number;
  /** The keyboard was on what leaves: here is what comes next, or before, if anything. */
  onFocusLost?: (neighbour: HTMLElement | undefined) => void;
}

export interface KeyedList<T> {
  render(items: readonly T[]): void;
}

export function createKeyedList<T>(parent: HTMLElement, options: KeyedListOptions<T>): KeyedList<T> {
  const { keyOf, make, removalMs = 0, onFocusLost } = options;
  const rows = new Map<string, KeyedRow<T>>();
  const staying = new Set<Element>();

  function render(items: readonly T[]): void {
    const keys = new Set(items.map(keyOf));
    const left = [...rows].filter(([key]) => !keys.has(key));
    for (const [key, { node }] of left) {
      rows.delete(key);
      staying.delete(node);
    }
    place(items);
    for (const [, { node }] of left) {
      const neighbour = nextStaying(node) ?? previousStaying(node);
      const hadFocus = node.contains(document.activeElement);
      remove(node);
      if (hadFocus) onFocusLost?.(neighbour);
    }
  }

  function place(items: readonly T[]): void {
    let at = parent.firstElementChild;
    for (const item of items) {
      while (at !== null && !staying.has(at)) at = at.nextElementSibling;
      const key = keyOf(item);
      const row = rows.get(key) ?? make(item);
      rows.set(key, row);
      staying.add(row.node);
      row.update(item);
      if (row.node === at) at = at.nextElementSibling;
      else parent.insertBefore(row.node, at);
    }
  }

  function remove(node: HTMLElement): void {
    node.classList.add('leaving');
    node.inert = true;
    if (removalMs === 0) node.remove();
    else setTimeout(() => node.remove(), removalMs);
  }

  function nextStaying(node: Element): HTMLElement | undefined {
    let next = node.nextElementSibling;
    while (next !== null && !staying.has(next)) next = next.nextElementSibling;
    return next instanceof HTMLElement ? next : undefined;
  }

  function previousStaying(node: Element): HTMLElement | undefined {
    let previous = node.previousElementSibling;
    while (previous !== null && !staying.has(previous)) previous = previous.previousElementSibling;
    return previous instanceof HTMLElement ? previous : undefined;
  }

  return { render };
}
