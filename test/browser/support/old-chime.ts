/** The chime as it was before there were tones to choose from: what they are measured against. */

const PEAK = 0.7;
const ATTACK_SECONDS = 0.008;
const SILENCE = 0.001;
const PARTIALS = [
  [1, 1],
  [2, 0.25],
] as const;

/** Hertz, and milliseconds from the start and until it has faded. */
const NOTES = {
  paid: [
    [659.26, 0, 350],
    [830.61, 140, 350],
    [987.77, 280, 700],
  ],
  reminded: [
    [880, 0, 140],
    [880, 150, 260],
    [880, 480, 140],
    [880, 630, 400],
  ],
} as const;

export const OLD_LENGTH_MS = { paid: 980, reminded: 1_030 } as const;

/** At full volume. */
export function playOldChime(context: BaseAudioContext, kind: keyof typeof NOTES): void {
  const master = context.createGain();
  master.gain.value = PEAK;
  master.connect(context.destination);
  for (const [hz, atMs, ms] of NOTES[kind]) {
    for (const [times, gain] of PARTIALS) {
      const at = context.currentTime + atMs / 1000;
      const until = at + ms / 1000;
      const envelope = context.createGain();
      envelope.gain.setValueAtTime(SILENCE, at);
      envelope.gain.linearRampToValueAtTime(gain, at + ATTACK_SECONDS);
      envelope.gain.exponentialRampToValueAtTime(SILENCE, until);
      envelope.connect(master);
      const oscillator = context.createOscillator();
      oscillator.frequency.value = hz * times;
      oscillator.connect(envelope);
      oscillator.start(at);
      oscillator.stop(until);
    }
  }
}
