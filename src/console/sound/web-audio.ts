/** Notes by Web Audio: each is a sine with a quiet octave above it that is struck and fades, so that it neither clicks nor drones. */

import type { Note } from './motifs.ts';
import type { AudioOut, Playing } from './parts.ts';

/** Below full scale even where notes overlap at full volume. */
const PEAK = 0.7;
const ATTACK_SECONDS = 0.008;
/** An exponential fade never gets to nothing. */
const SILENCE = 0.001;
const PARTIALS = [
  { times: 1, gain: 1 },
  { times: 2, gain: 0.25 },
];

export function createAudioOut(context: AudioContext): AudioOut {
  return {
    get isRunning() {
      return context.state === 'running';
    },
    resume() {
      // Before the first click Chrome's answer waits for that click.
      if (context.state !== 'running') context.resume().catch(() => {});
    },
    play: (notes, volume, onEnded) => playNotes(context, notes, volume, onEnded),
    onState(listener) {
      context.addEventListener('statechange', listener);
      return () => context.removeEventListener('statechange', listener);
    },
    close() {
      if (context.state !== 'closed') context.close().catch(() => {});
    },
  };
}

export function playNotes(
  context: BaseAudioContext,
  notes: readonly Note[],
  volume: number,
  onEnded: () => void,
): Playing {
  const startedAt = context.currentTime;
  const master = context.createGain();
  master.gain.value = volume * PEAK;
  master.connect(context.destination);
  const strings = notes.flatMap((note) => PARTIALS.map((partial) => strike(context, master, note, partial)));
  let sounding = strings.length;
  for (const string of strings) {
    string.onended = () => {
      if (--sounding > 0) return;
      master.disconnect();
      onEnded();
    };
  }
  return {
    hasMoved: () => context.currentTime > startedAt,
    stop() {
      for (const string of strings) string.onended = null;
      // At once, so without a fade; the strings end by themselves.
      master.disconnect();
    },
  };
}

function strike(
  context: BaseAudioContext,
  output: AudioNode,
  note: Note,
  partial: { readonly times: number; readonly gain: number },
): OscillatorNode {
  const at = context.currentTime + note.atMs / 1000;
  const until = at + note.ms / 1000;
  const envelope = context.createGain();
  envelope.gain.setValueAtTime(SILENCE, at);
  envelope.gain.linearRampToValueAtTime(partial.gain, at + ATTACK_SECONDS);
  envelope.gain.exponentialRampToValueAtTime(SILENCE, until);
  envelope.connect(output);
  const string = context.createOscillator();
  string.frequency.value = note.hz * partial.times;
  string.connect(envelope);
  string.start(at);
  string.stop(until);
  return string;
}
