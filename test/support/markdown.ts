/** Reading Markdown as a code host does: headings with their anchors, links, and what stands between backticks. Pure. */

const FENCE = /^( *)(```+|~~~+)[^\n]*\n[\s\S]*?^\1\2 *$/gm;
const CODE = /`[^`\n]+`/g;

/** Without the blocks of code, in which nothing is a link or a heading. */
export function withoutFences(text: string): string {
  return text.replace(FENCE, '');
}

/** The anchors of all headings, repeated ones with a number, as GitHub makes them. */
export function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>();
  const times = new Map<string, number>();
  for (const [, heading = ''] of withoutFences(text).matchAll(/^#{1,6} +(.+?)(?: +#+)?$/gm)) {
    const slug = slugOf(heading);
    const earlier = times.get(slug) ?? 0;
    times.set(slug, earlier + 1);
    anchors.add(earlier === 0 ? slug : `${slug}-${earlier}`);
  }
  return anchors;
}

/** Letters, digits, `_`, `-`, and a `-` for each space; the target of a link and the signs of emphasis are gone. */
function slugOf(heading: string): string {
  return heading
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
    .trim()
    .replaceAll(' ', '-');
}

/** The targets of links and pictures, those to other hosts included. */
export function linksOf(text: string): string[] {
  const prose = withoutFences(text).replace(CODE, '`');
  const inline = [...prose.matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g)];
  const references = [...prose.matchAll(/^ {0,3}\[[^\]]+\]:\s*<?(\S+?)>?(?:\s+"[^"]*")?$/gm)];
  return [...inline, ...references].map(([, target = '']) => target);
}

/** What stands between backticks in the prose. */
export function codeOf(text: string): string[] {
  return [...withoutFences(text).matchAll(CODE)].map(([code]) => code.slice(1, -1));
}

/** The first cells of a table's rows, by the heading of its first column; without the head. */
export function firstCells(text: string, heading: string): string[] {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => line.startsWith(`| ${heading} |`));
  if (start === -1) return [];
  const rows = lines.slice(start + 2);
  const end = rows.findIndex((line) => !line.startsWith('|'));
  return rows.slice(0, end === -1 ? rows.length : end).map((row) => row.split('|')[1]?.trim() ?? '');
}
