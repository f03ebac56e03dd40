/** Amounts in yuan, as decimal text. Pure; no floating point: 0.1 + 0.2 is not 0.3 there. */

/** In fen; undefined for what is not written as an amount with at most two decimals. */
export function fenOfYuan(text: string): number | undefined {
  const [, yuan, fen = ''] = /^(0|[1-9][0-9]{0,12})(?:\.([0-9]{1,2}))?$/.exec(text) ?? [];
  return yuan === undefined ? undefined : Number(yuan) * 100 + Number(fen.padEnd(2, '0'));
}
