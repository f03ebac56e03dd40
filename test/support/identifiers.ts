/** The names in a source, as far as a scan of its text gives them: no comments, no text of strings or patterns. */

const NOT_CODE =
  /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|\/\*[\s\S]*?\*\/|(?<![:\\/])\/\/[^\n]*|`(?:\\.|[^`\\])*`|(?<=[(,=:[!&|?{;]\s*)\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[dgimsuvy]*/g;

/** Of a template the expressions stay. */
function codeOf(text: string): string {
  return text.replace(NOT_CODE, (part) =>
    part.startsWith('`')
      ? [...part.matchAll(/\$\{([^}]*)\}/g)].map(([, code = '']) => codeOf(code)).join(' ')
      : ' ',
  );
}

/** Each identifier once. */
export function identifiersIn(text: string): string[] {
  return [...new Set(codeOf(text).match(/(?<![\w$])[A-Za-z_$][\w$]*/g))];
}

/** `giveBack`, `GiveBack` and `GIVE_BACK` are the words `give` and `back`. */
export function wordsOf(identifier: string): string[] {
  const words = identifier.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+/g) ?? [];
  return words.map((word) => word.toLowerCase());
}

const EXPORT =
  /^export (?:declare )?(?:abstract )?(?:async )?(?:function\*?|const|let|class|interface|type) ([A-Za-z_$][\w$]*)/gm;

/** Overloads of one function are one name. */
export function exportsIn(text: string): Set<string> {
  return new Set([...text.matchAll(EXPORT)].map(([, name = '']) => name));
}
