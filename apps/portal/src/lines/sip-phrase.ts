/**
 * The reason phrase of the PBX alone: the node says "PBX answered 403 Forbidden: wrong password …",
 * and the code and what it means already stand beside it.
 */
export function sipPhrase(code: number, text: string): string {
  const said = text.replace(/^PBX answered\s+/, '');
  const [first = ''] = said.split(': ');
  return first.startsWith(String(code)) ? first.slice(String(code).length).trim() : said;
}
