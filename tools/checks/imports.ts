import type { ESTree } from 'vite';
import { type Syntax, staticText } from './syntax.ts';

/** One place where a file reaches for another module. */
export interface ImportSite {
  readonly specifier: string;
  readonly line: number;
  /** Named as a script to start, not as a module to load. */
  readonly isScript: boolean;
}

/**
 * Every module a file names: static, dynamic and type imports, re-exports, `require`,
 * `import.meta.resolve('x')` and scripts started by `new URL('./x.ts', import.meta.url)`.
 */
export function importSites(syntax: Syntax): ImportSite[] {
  const sites: ImportSite[] = [];
  const add = (source: ESTree.Node | null | undefined, isScript = false) => {
    const specifier = staticText(source);
    if (source && specifier !== undefined) {
      sites.push({ specifier, line: syntax.lineAt(source.start), isScript });
    }
  };
  syntax.visit({
    ImportDeclaration: (node) => add(node.source),
    ExportNamedDeclaration: (node) => add(node.source),
    ExportAllDeclaration: (node) => add(node.source),
    ImportExpression: (node) => add(node.source),
    TSImportType: (node) => add(node.source),
    TSExternalModuleReference: (node) => add(node.expression),
    CallExpression: ({ callee, arguments: [first] }) => {
      const isRequire = callee.type === 'Identifier' && callee.name === 'require';
      if (isRequire || isImportMeta(callee, 'resolve')) add(first);
    },
    NewExpression: ({ callee, arguments: [first, second] }) => {
      const isUrl = callee.type === 'Identifier' && callee.name === 'URL';
      if (isUrl && isImportMeta(second, 'url') && /\.[mc]?[jt]sx?$/.test(staticText(first) ?? '')) {
        add(first, true);
      }
    },
  });
  return sites.sort((a, b) => a.line - b.line);
}

function isImportMeta(node: ESTree.Node | undefined, property: string): boolean {
  return (
    node?.type === 'MemberExpression' &&
    node.object.type === 'MetaProperty' &&
    node.property.type === 'Identifier' &&
    node.property.name === property
  );
}
