/** What was acknowledged last, and the way to take it back, for as long as there is one. */

import { button, el, setHidden, setText } from './dom.ts';
import type { View, ViewContext } from './page-state.ts';

export function createUndo({ text: { undo: text }, intents }: ViewContext): View {
  const words = el('p', { attributes: { role: 'status' }, testId: 'undo-words' });
  const undo = button({ class: 'strong', testId: 'undo', onClick: intents.undo }, text.undo);
  const node = el('section', { class: 'undo', attributes: { 'aria-label': text.label } }, words, undo);
  return {
    node,
    render({ undoable, open }) {
      setText(words, undoable === undefined ? '' : text.done(undoable.seqs.length));
      setHidden(undo, undoable === undefined);
      node.dataset.shown = String(undoable !== undefined);
      node.dataset.open = String(open.length);
    },
  };
}
