/** Guessing what was meant by a name that does not exist. */

/** At most so many letters may differ, and no more than one in four: `PATH` is not `PORT`. */
const MAX_DISTANCE = 3;
const LETTERS_PER_DIFFERENCE = 4;

/** The name that is most like `wrong`; undefined where none is near. */
export function closestName(wrong: string, names: readonly string[]): string | undefined {
  let closest: string | undefined;
  let least = MAX_DISTANCE + 1;
  for (const name of names) {
    const distance = editDistance(wrong, name);
    if (distance < least && distance * LETTERS_PER_DIFFERENCE <= name.length)
      [closest, least] = [name, distance];
  }
  return closest;
}

/** How many letters have to be put in, taken out or changed (Levenshtein). */
function editDistance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (const [row, letter] of [...a].entries()) {
    const current = [row + 1];
    for (const [column, other] of [...b].entries()) {
      const changed = (above[column] ?? 0) + (letter === other ? 0 : 1);
      current.push(Math.min(changed, (above[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1));
    }
    above = current;
  }
  return above[b.length] ?? 0;
}
