/**
 * The paired tills in the settings: a list with removal, and a code with its QR picture for another till. Loaded only where
 * the token has the scope `ops`: no till needs it.
 */

import type { ServiceAccess } from '../log/ask-service.ts';
import { createDesk, type ListedTill, type OfferedCode } from '../pairing/desk.ts';
import { button, el, newId, setHidden, setText } from './dom.ts';
import type { LaterContext } from './later-context.ts';
import { qrPicture } from './qr-picture.ts';

export type PairedTillsContext = Pick<LaterContext, 'text' | 'formats'>;

export interface PairedTills {
  readonly nodes: readonly HTMLElement[];
  /** Reads the list anew. */
  load(): void;
}

/** A second press within this time removes. */
const SURE_MS = 5_000;

export function createPairedTills(
  context: PairedTillsContext,
  service: ServiceAccess,
  dayStart: () => number,
): PairedTills {
  const { tills: text } = context.text;
  const desk = createDesk(service);
  const fault = el('p', { class: 'fault', testId: 'tills-fault', attributes: { role: 'alert' } });
  const none = el('p', { class: 'hint', testId: 'tills-none' }, text.none);
  const list = el('ul', { class: 'tills', testId: 'tills' });
  setHidden(fault, true);
  setHidden(none, true);

  async function attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      setHidden(fault, true);
    } catch {
      setText(fault, text.failed);
      setHidden(fault, false);
    }
  }
  const time = (at: string) => context.formats.time(at, dayStart());
  const show = (found: readonly ListedTill[]) => {
    setHidden(none, found.length > 0);
    list.replaceChildren(
      ...found.map((till) => rowOf(till, text, time, () => void attempt(() => remove(till.id)))),
    );
  };
  const read = async () => show(await desk.list());
  const remove = async (id: string) => {
    await desk.remove(id);
    await read();
  };
  const adding = createAdding(text, time, (name) =>
    attempt(async () => adding.show(await desk.makeCode(name))),
  );
  return {
    nodes: [el('p', { class: 'hint' }, text.hint), fault, none, list, ...adding.nodes],
    load() {
      adding.show(undefined);
      void attempt(read);
    },
  };
}

type TillTexts = LaterContext['text']['tills'];

function rowOf(
  till: ListedTill,
  text: TillTexts,
  time: (at: string) => string,
  onRemove: () => void,
): HTMLElement {
  const name = till.name === '' ? text.unnamed : till.name;
  let isSure = false;
  const remove = button(
    {
      class: 'second',
      testId: 'till-remove',
      attributes: { 'aria-label': text.removeThis(name) },
      onClick() {
        if (isSure) return onRemove();
        ask(true);
        setTimeout(() => ask(false), SURE_MS);
      },
    },
    text.remove,
  );
  function ask(sure: boolean): void {
    isSure = sure;
    setText(remove, sure ? text.sure : text.remove);
    remove.setAttribute('aria-label', sure ? `${text.sure} ${name}` : text.removeThis(name));
    remove.classList.toggle('sure', sure);
  }
  return el(
    'li',
    { class: 'till', testId: 'till' },
    el(
      'p',
      {},
      el('strong', {}, name),
      el('span', { class: 'hint' }, text.paired(time(till.pairedAt), time(till.renewedAt))),
    ),
    remove,
  );
}

function createAdding(text: TillTexts, time: (at: string) => string, onAdd: (name: string) => void) {
  const id = newId();
  const name = el('input', {
    id,
    testId: 'new-till-name',
    attributes: { type: 'text', maxlength: 40, autocomplete: 'off' },
  });
  const offered = el('div', { class: 'offered', testId: 'offered-code', attributes: { role: 'status' } });
  const add = button(
    { class: 'second', testId: 'add-till', onClick: () => onAdd(name.value.trim()) },
    text.add,
  );
  const field = el('div', { class: 'field' }, el('label', { attributes: { for: id } }, text.name), name);
  return {
    nodes: [field, add, offered],
    show(code: OfferedCode | undefined): void {
      setHidden(offered, code === undefined);
      offered.replaceChildren(...(code === undefined ? [] : codeNodes(code)));
    },
  };

  function codeNodes({ code, url, qr, expiresAt }: OfferedCode): HTMLElement[] {
    const picture = qrPicture(qr, text.qr);
    return [
      el(
        'output',
        { class: 'offered-digits', testId: 'offered-digits' },
        `${code.slice(0, 3)} ${code.slice(3)}`,
      ),
      el('p', {}, text.codeUntil(time(expiresAt))),
      el('p', { class: 'hint' }, text.codeHint),
      el('div', { class: 'offered-picture' }, picture),
      el('p', { class: 'hint offered-link', testId: 'offered-link' }, url),
    ];
  }
}
