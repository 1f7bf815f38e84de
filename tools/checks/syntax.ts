import { extname } from 'node:path';
import { type ESTree, parseSync, Visitor, type VisitorObject } from 'vite';

/** A parsed source file. */
export interface Syntax {
  /** Walks the tree. */
  visit(visitor: VisitorObject): void;
  /** The line (from 1) of an offset into the text. */
  lineAt(offset: number): number;
}

/** The value of a string literal or of a template without expressions. */
export function staticText(node: ESTree.Node | null | undefined): string | undefined {
  if (node?.type === 'Literal' && typeof node.value === 'string') return node.value;
  if (node?.type === 'TemplateLiteral' && node.expressions.length === 0) {
    return node.quasis[0]?.value.cooked ?? undefined;
  }
  return undefined;
}

/**
 * Parses TypeScript or JavaScript by its file name.
 *
 * @throws Error naming file and line of a syntax error
 */
export function parseSource(file: string, text: string): Syntax {
  const extension = extname(file);
  const lang =
    extension === '.tsx' ? 'tsx' : extension === '.ts' || extension === '.mts' ? 'ts' : 'js';
  const { program, errors } = parseSync(file, text, { lang, sourceType: 'module' });
  const lineStarts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) {
    lineStarts.push(at + 1);
  }
  const lineAt = (offset: number) => {
    let low = 0;
    let high = lineStarts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  };
  const [error] = errors;
  if (error !== undefined) {
    throw new Error(`${file}:${lineAt(error.labels[0]?.start ?? 0)}: ${error.message}`);
  }
  return { lineAt, visit: (visitor) => new Visitor(visitor).visit(program) };
}
