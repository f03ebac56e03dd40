/**
 * Text for a terminal. Guarantees that nothing in it, which may come from strangers, controls the terminal or turns the
 * direction of writing: such a character is written as JSON writes it, `\\u001b`, so that JSON stays the JSON it was.
 */

/** C0 and C1 controls with the line ends among them, DEL, the line ends of Unicode, and what turns the direction. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is for
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

export function forTerminal(text: string): string {
  return text.replace(CONTROLS, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
