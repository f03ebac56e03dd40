/** A bar over an old page while its bell is away: without it the page looks as if no order came. */

export interface AwayBar {
  /** `of` is whose link it is; the bar stays while any is away for longer than a moment. */
  show(of: object, isAway: boolean): void;
}

/** A link that changes over to another process is away for a second or two. */
const MOMENT_MS = 3_000;

const WORDS = {
  zh: '与服务器的连接已断开，暂时收不到新订单，正在自动重连…',
  en: 'No connection to the server: new orders cannot reach this page. Reconnecting…',
};

const LOOK: Partial<CSSStyleDeclaration> = {
  position: 'fixed',
  zIndex: '2147483647',
  inset: '0 0 auto',
  padding: '12px 16px',
  background: '#b3161b',
  color: '#ffffff',
  font: '600 16px/1.4 sans-serif',
  textAlign: 'center',
};

export function createAwayBar(): AwayBar {
  const away = new Set<object>();
  let bar: HTMLElement | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function appear(): void {
    bar = document.createElement('div');
    bar.id = 'orderbell-away';
    bar.setAttribute('role', 'alert');
    Object.assign(bar.style, LOOK);
    bar.textContent = /^zh\b/i.test(navigator.language) ? WORDS.zh : WORDS.en;
    (document.body ?? document.documentElement).append(bar);
  }
  return {
    show(of, isAway) {
      if (isAway) away.add(of);
      else away.delete(of);
      if (away.size > 0) {
        timer ??= setTimeout(appear, MOMENT_MS);
        return;
      }
      clearTimeout(timer);
      timer = undefined;
      bar?.remove();
      bar = undefined;
    },
  };
}
