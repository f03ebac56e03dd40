/**
 * Asks before a link puts its token in the place of the one in use. While the page asks for a token itself there is
 * nothing to replace, and this does not open; Escape keeps what there is, and so does Enter unless a button was chosen.
 */

import { button, el, setHidden, setText } from './dom.ts';
import { icon } from './icons.ts';
import type { LaterContext } from './later-context.ts';
import type { View } from './page-state.ts';

export function createTokenOffer({ text: { tokenOffer: text }, shop, intents }: LaterContext): View {
  const explain = el('p', { id: 'offer-explain' }, text.explain);
  const elsewhere = el('p', { id: 'offer-elsewhere', testId: 'offer-elsewhere' });
  const dialog = el(
    'dialog',
    {
      class: 'dialog',
      testId: 'token-offer',
      attributes: {
        role: 'alertdialog',
        'aria-labelledby': 'offer-heading',
        'aria-describedby': 'offer-explain offer-elsewhere',
      },
    },
    el(
      'form',
      {},
      el('h2', { id: 'offer-heading' }, icon('key'), text.heading),
      explain,
      elsewhere,
      el(
        'div',
        { class: 'ends' },
        button({ testId: 'offer-accept', onClick: intents.acceptToken }, text.accept),
        button(
          {
            class: 'primary',
            testId: 'offer-decline',
            attributes: { autofocus: true },
            onClick: intents.declineToken,
          },
          text.decline,
        ),
      ),
    ),
  );
  dialog.addEventListener('cancel', (event) => {
    event.preventDefault();
    intents.declineToken();
  });

  return {
    node: dialog,
    render({ offer, link }) {
      if (offer === undefined || link.name === 'signed-out') return dialog.close();
      setText(explain, offer.pairCode === undefined ? text.explain : text.explainCode);
      setText(elsewhere, offer.shop === shop ? '' : text.elsewhere(offer.shop));
      setHidden(elsewhere, offer.shop === shop);
      // Until the first answer it may be that the token in use is none.
      if (!dialog.open && link.name !== 'reading') dialog.showModal();
    },
  };
}
