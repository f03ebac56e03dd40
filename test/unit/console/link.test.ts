import { expect } from 'chai';
import { LANGUAGES } from '../../../src/console/language/choose.ts';
import { type LinkState, watchForLoss } from '../../../src/console/link/link-state.ts';
import { linkWords } from '../../../src/console/view/link-words.ts';

describe('a lost link', () => {
  function watch() {
    const received: boolean[] = [];
    const timers = new Map<number, () => void>();
    const asked: number[] = [];
    const watching = watchForLoss({
      afterMs: 8000,
      after(ms, call) {
        const timer = asked.push(ms);
        timers.set(timer, call);
        return () => void timers.delete(timer);
      },
      onChange: (lost) => received.push(lost),
    });
    const pass = () => {
      for (const [timer, then] of timers) {
        timers.delete(timer);
        then();
      }
    };
    return { watching, received, asked, pass };
  }
  const waiting: LinkState = { name: 'waiting', reason: 'lost', until: 0 };

  it('is told of after a while, once, and so is its return', () => {
    const { watching, received, asked, pass } = watch();
    for (const link of [waiting, { name: 'connecting' } as const, waiting]) watching.update(link);
    expect(asked).to.deep.equal([8000]);
    expect(received).to.deep.equal([]);
    pass();
    watching.update(waiting);
    pass();
    expect(received).to.deep.equal([true]);
    watching.update({ name: 'live' });
    watching.update({ name: 'live' });
    expect(received).to.deep.equal([true, false]);
  });

  it('is nothing to tell of where it is back in time', () => {
    const { watching, received, pass } = watch();
    watching.update(waiting);
    watching.update({ name: 'live' });
    pass();
    expect(received).to.deep.equal([]);
  });

  it('is told of where it never came about', () => {
    const { watching, received, pass } = watch();
    watching.update({ name: 'reading' });
    pass();
    expect(received).to.deep.equal([true]);
  });
});

describe('the link in words', () => {
  const states: [LinkState, tone: string, words: string, why?: string][] = [
    [{ name: 'live' }, 'good', '已连接'],
    [{ name: 'reading' }, 'busy', '正在读取今日提醒…'],
    [{ name: 'connecting' }, 'busy', '正在连接…'],
    [{ name: 'catching-up' }, 'busy', '正在补收提醒…'],
    [{ name: 'waiting', reason: 'lost', until: 4200 }, 'bad', '4 秒后重新连接', '连接中断'],
    [{ name: 'waiting', reason: 'restarting', until: 0 }, 'bad', '1 秒后重新连接', '服务器正在重启'],
    [{ name: 'waiting', reason: 'offline', until: 0 }, 'bad', '网络已断开'],
    [{ name: 'replaced' }, 'bad', '已在别处打开'],
    [{ name: 'signed-out', why: 'forbidden' }, 'bad', '需要登录'],
    [{ name: 'refused', message: 'a shop is …' }, 'bad', '无法读取门店', 'a shop is …'],
  ];
  for (const [link, tone, words, why] of states) {
    it(`is ${words} when it is ${JSON.stringify(link)}`, () => {
      expect(linkWords(link, 1000, LANGUAGES.zh)).to.deep.equal({ tone, words, why });
    });
  }
});
