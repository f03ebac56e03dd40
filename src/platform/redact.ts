/**
 * Keeps secrets out of what is printed. Pure. Guarantees that no URL shows its password or a token in its query,
 * also within an error of a library. It is the last line of defence: no code prints secrets on purpose.
 */

/** The user stays readable: whose password was refused is what an operator wants to know. */
const USER_INFO = /(:\/\/[^\s/?#:@"']*):[^\s/?#"']*@/g;
const SECRET_QUERY = /([?&](?:[a-z_]*token|[a-z_]*password|passphrase)=)[^\s&#"'\\]*/gi;

export function withoutSecrets(text: string): string {
  return text.replace(USER_INFO, '$1:***@').replace(SECRET_QUERY, '$1***');
}
