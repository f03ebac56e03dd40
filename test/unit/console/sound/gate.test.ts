/** Whether anything may sound, on a fake page and a fake sound card. */

import { expect } from 'chai';
import { createGate } from '../../../../src/console/sound/gate.ts';
import type { SoundPage } from '../../../../src/console/sound/parts.ts';
import { createFakeAudio } from '../../../support/sound/fake-audio.ts';
import { createFakeClock } from '../../../support/sound/fake-clock.ts';

function gateOf(hasBeenActive: boolean | undefined, isRunning = false, hasAudio = true) {
  const clock = createFakeClock();
  const audio = createFakeAudio(clock, isRunning);
  const page: SoundPage & { hasBeenActive: boolean | undefined } = {
    isVisible: true,
    hasBeenActive,
    watch: () => () => {},
  };
  const changes: boolean[] = [];
  const gate = createGate({
    page,
    audio: hasAudio ? audio : undefined,
    onChange: () => changes.push(gate.isOpen),
  });
  return { clock, audio, page, gate, changes };
}

describe('gate', () => {
  it('is closed until somebody clicks', () => {
    const { page, gate, changes } = gateOf(false);
    expect(gate.isOpen).to.equal(false);
    page.hasBeenActive = true;
    gate.unlock();
    gate.unlock();
    expect(changes).to.deep.equal([true]);
  });

  it('stays closed on a call that is none of a click, where the browser can tell', () => {
    const { gate, changes } = gateOf(false);
    gate.unlock();
    expect(gate.isOpen).to.equal(false);
    expect(changes).to.deep.equal([]);
  });

  it('takes the call for a click where the browser cannot tell', () => {
    const { gate } = gateOf(undefined);
    gate.unlock();
    expect(gate.isOpen).to.equal(true);
  });

  it('is open from the start where somebody has clicked already, or audio runs', () => {
    expect(gateOf(true).gate.isOpen).to.equal(true);
    expect(gateOf(false, true).gate.isOpen).to.equal(true);
  });

  it('opens when audio begins to run by itself, and closes when that was all and it stops', () => {
    const { audio, changes } = gateOf(false);
    audio.setRunning(true);
    audio.setRunning(false);
    expect(changes).to.deep.equal([true, false]);
  });

  it('wakes the sound card within each click', async () => {
    const { clock, audio, gate } = gateOf(true);
    gate.unlock();
    await clock.advance(20);
    expect(audio.isRunning).to.equal(true);
    audio.setRunning(false);
    gate.unlock();
    await clock.advance(20);
    expect(audio.isRunning).to.equal(true);
  });

  it('closes when the browser refuses, and opens with the next click', () => {
    const { gate, changes } = gateOf(true, true);
    gate.refuse();
    gate.unlock();
    expect(changes).to.deep.equal([false, true]);
  });

  it('opens without a click when a sound card that had gone to sleep runs again', () => {
    const { audio, gate, changes } = gateOf(true);
    gate.refuse();
    audio.setRunning(true);
    expect(changes).to.deep.equal([false, true]);
  });

  it('goes by the click alone where there is no sound card', () => {
    const { gate } = gateOf(undefined, false, false);
    expect(gate.isOpen).to.equal(false);
    gate.unlock();
    expect(gate.isOpen).to.equal(true);
  });

  it('hears nothing any more when it has stopped', () => {
    const { audio, gate, changes } = gateOf(false);
    gate.stop();
    audio.setRunning(true);
    expect(changes).to.deep.equal([]);
  });
});
