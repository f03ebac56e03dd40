/**
 * Tones by Web Audio: oscillators, a compressor, gain to make up for it, and a bend at the top that nothing passes.
 * Guarantees that no sample is beyond full scale, at any volume.
 */

import type { AudioOut, Melody, Playing } from './parts.ts';
import { type Stroke, strokesOf, TONES, type Tone, type TonePartial } from './tones.ts';

/** Just below full scale: what resamples the sound on its way out may overshoot a little. */
const CEILING = 0.98;
const ATTACK_SECONDS = 0.003;
/** An exponential fade never gets to nothing. */
const SILENCE = 0.001;

export function createAudioOut(context: AudioContext): AudioOut {
  return {
    get isRunning() {
      return context.state === 'running';
    },
    resume() {
      // Before the first click Chrome's answer waits for that click.
      if (context.state !== 'running') context.resume().catch(() => {});
    },
    play: (melody, onEnded) => playMelody(context, melody, onEnded),
    onState(listener) {
      context.addEventListener('statechange', listener);
      return () => context.removeEventListener('statechange', listener);
    },
    close() {
      if (context.state !== 'closed') context.close().catch(() => {});
    },
  };
}

export function playMelody(
  context: BaseAudioContext,
  { tone: name, kind, volume }: Melody,
  onEnded: () => void,
): Playing {
  const tone = TONES[name];
  const startedAt = context.currentTime;
  const { input, output } = createChain(context, tone.level, volume);
  output.connect(context.destination);
  const strings = strokesOf(tone, kind).flatMap((stroke) =>
    tone.partials.map((partial) => pluck(context, input, { tone, stroke, partial })),
  );
  let sounding = strings.length;
  for (const string of strings) {
    string.onended = () => {
      if (--sounding > 0) return;
      output.disconnect();
      onEnded();
    };
  }
  return {
    hasMoved: () => context.currentTime > startedAt,
    stop() {
      for (const string of strings) string.onended = null;
      // At once, so without a fade; the strings end by themselves.
      output.disconnect();
    },
  };
}

/** The volume comes last: a quiet chime is as dense as a loud one. */
function createChain(context: BaseAudioContext, level: number, volume: number) {
  const compressor = context.createDynamicsCompressor();
  compressor.threshold.value = -24;
  compressor.knee.value = 12;
  compressor.ratio.value = 12;
  compressor.attack.value = 0.002;
  compressor.release.value = 0.1;
  const input = gainOf(context, 1);
  const output = gainOf(context, volume);
  input.connect(compressor).connect(gainOf(context, level)).connect(createBend(context)).connect(output);
  return { input, output };
}

const BEND_POINTS = 1_025;

/** The louder, the more it is bent towards the ceiling. */
function createBend(context: BaseAudioContext): WaveShaperNode {
  const shaper = context.createWaveShaper();
  const curve = new Float32Array(BEND_POINTS);
  for (let point = 0; point < BEND_POINTS; point++) {
    const input = (2 * point) / (BEND_POINTS - 1) - 1;
    curve[point] = (CEILING * Math.tanh(input * 1.5)) / Math.tanh(1.5);
  }
  shaper.curve = curve;
  return shaper;
}

function gainOf(context: BaseAudioContext, value: number): GainNode {
  const gain = context.createGain();
  gain.gain.value = value;
  return gain;
}

interface StringOptions {
  readonly tone: Tone;
  readonly stroke: Stroke;
  readonly partial: TonePartial;
}

function pluck(
  context: BaseAudioContext,
  output: AudioNode,
  { tone, stroke, partial }: StringOptions,
): OscillatorNode {
  const at = context.currentTime + stroke.atMs / 1000;
  const held = at + stroke.ms / 1000;
  const until = held + (stroke.tailMs * partial.tail) / 1000;
  const envelope = context.createGain();
  envelope.gain.setValueAtTime(SILENCE, at);
  envelope.gain.linearRampToValueAtTime(partial.gain, at + ATTACK_SECONDS);
  if (tone.shape === 'held') envelope.gain.setValueAtTime(partial.gain, held);
  envelope.gain.exponentialRampToValueAtTime(SILENCE, until);
  envelope.connect(output);
  const string = context.createOscillator();
  string.type = tone.wave;
  string.frequency.value = stroke.hz * partial.times;
  string.connect(envelope);
  string.start(at);
  string.stop(until);
  return string;
}
