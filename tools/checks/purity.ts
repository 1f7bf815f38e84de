import type { ESTree } from 'vite';
import type { Syntax } from './syntax.ts';

/** A use of something a file must not use. */
export interface GlobalUse {
  readonly line: number;
  /** The source as it is called, e.g. `Date.now()`. */
  readonly text: string;
}

const NODE_GLOBALS: readonly string[] = ['process', 'Buffer', '__dirname', '__filename', 'global'];

const IMPURE_CALLS = new Set([
  'fetch',
  'queueMicrotask',
  'requestAnimationFrame',
  'setImmediate',
  'setInterval',
  'setTimeout',
]);
const IMPURE_METHODS = new Set(['Date.now', 'performance.now', 'Math.random']);
const IMPURE_OBJECTS = new Set(['console', 'crypto', 'localStorage', 'sessionStorage']);

function memberName(node: ESTree.Node): string | undefined {
  return node.type === 'MemberExpression' &&
    node.object.type === 'Identifier' &&
    node.property.type === 'Identifier' &&
    !node.computed
    ? `${node.object.name}.${node.property.name}`
    : undefined;
}

/** Names a file binds itself: they hide the globals of the same name. */
function boundNames(syntax: Syntax): Set<string> {
  const names = new Set<string>();
  const bind = (node: ESTree.Node | null | undefined) => {
    if (!node) return;
    if (node.type === 'Identifier') names.add(node.name);
    else if (node.type === 'AssignmentPattern') bind(node.left);
    else if (node.type === 'RestElement') bind(node.argument);
    else if (node.type === 'ArrayPattern') node.elements.forEach(bind);
    else if (node.type === 'ObjectPattern') {
      for (const property of node.properties) {
        bind(property.type === 'RestElement' ? property : property.value);
      }
    }
  };
  const bindFunction = (node: ESTree.Function | ESTree.ArrowFunctionExpression) => {
    bind(node.id);
    for (const parameter of node.params) bind(parameter);
  };
  syntax.visit({
    VariableDeclarator: (node) => bind(node.id),
    FunctionDeclaration: bindFunction,
    FunctionExpression: bindFunction,
    ArrowFunctionExpression: bindFunction,
    ClassDeclaration: (node) => bind(node.id),
    ImportSpecifier: (node) => bind(node.local),
    ImportDefaultSpecifier: (node) => bind(node.local),
    ImportNamespaceSpecifier: (node) => bind(node.local),
    CatchClause: (node) => bind(node.param),
  });
  return names;
}

/** Uses of Node's own globals (`process.env`, `Buffer.from` …), save those that are allowed. */
export function nodeGlobals(syntax: Syntax, allowed: readonly string[]): GlobalUse[] {
  const hidden = new Set([...boundNames(syntax), ...allowed]);
  const uses: GlobalUse[] = [];
  syntax.visit({
    MemberExpression: (node) => {
      const { object } = node;
      if (object.type !== 'Identifier' || hidden.has(object.name)) return;
      if (NODE_GLOBALS.includes(object.name)) {
        uses.push({ line: syntax.lineAt(node.start), text: memberName(node) ?? object.name });
      }
    },
  });
  return uses;
}

/** Uses of a clock, a timer, chance, the network or storage. */
export function impureUses(syntax: Syntax): GlobalUse[] {
  const bound = boundNames(syntax);
  const uses: GlobalUse[] = [];
  const add = (node: ESTree.Node, text: string) =>
    uses.push({ line: syntax.lineAt(node.start), text });
  syntax.visit({
    CallExpression: (node) => {
      const { callee } = node;
      if (callee.type !== 'Identifier') return;
      if (IMPURE_CALLS.has(callee.name) && !bound.has(callee.name)) add(node, `${callee.name}()`);
    },
    MemberExpression: (node) => {
      const name = memberName(node);
      const object = name?.split('.')[0];
      if (name === undefined || object === undefined || bound.has(object)) return;
      if (IMPURE_METHODS.has(name) || IMPURE_OBJECTS.has(object)) add(node, name);
    },
    NewExpression: (node) => {
      const { callee } = node;
      if (callee.type !== 'Identifier' || bound.has(callee.name)) return;
      if (callee.name === 'Date' && node.arguments.length === 0) add(node, 'new Date()');
      if (callee.name === 'WebSocket') add(node, 'new WebSocket()');
    },
  });
  return uses;
}
