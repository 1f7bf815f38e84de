import type { ESTree } from 'vite';
import { parseSource, staticText } from '../checks/syntax.ts';

/** What a requirement id looks like; ids of other catalogues do not. */
export const REQUIREMENT_ID = /\b(?:PLT|LIN|NUM|USR|SVC|FED|VOX)-\d{3}\b/g;

/** A requirement id in the name of a test. */
export interface Mention {
  readonly id: string;
  readonly line: number;
}

const DEFINERS = new Set(['test', 'it', 'describe', 'bench']);
/** A test under one of these does not run, so it proves nothing. */
const OFF = new Set(['skip', 'todo']);

/** `test.skipIf(x).each(y)` → `['test', 'skipIf', 'each']`; undefined for anything but a chain of names. */
function chainOf(node: ESTree.Node): string[] | undefined {
  if (node.type === 'Identifier') return [node.name];
  if (node.type === 'CallExpression') return chainOf(node.callee);
  if (node.type === 'TaggedTemplateExpression') return chainOf(node.tag);
  if (node.type === 'MemberExpression' && node.property.type === 'Identifier') {
    const chain = chainOf(node.object);
    return chain && [...chain, node.property.name];
  }
  return undefined;
}

function texts(node: ESTree.Node): { text: string; start: number }[] {
  const text = staticText(node);
  if (text !== undefined) return [{ text, start: node.start }];
  if (node.type === 'TemplateLiteral') {
    return node.quasis.map(({ value, start }) => ({ text: value.raw, start }));
  }
  if (node.type === 'BinaryExpression') return [...texts(node.left), ...texts(node.right)];
  return [];
}

/** A title that is completed when the tests run: `%s`, `$name`, `${name}` or no text at all. */
function isDataDriven(node: ESTree.Node): boolean {
  const text = staticText(node);
  return text === undefined || /%[sdifjop#$]|\$[\w{]/.test(text);
}

/**
 * The requirement ids in the names of a file's tests. Where names come from data (`test.each`, a
 * loop), texts of the file that begin with an id are taken for names.
 *
 * @param file its path, for the syntax and for messages
 */
export function mentionsIn(file: string, text: string): Mention[] {
  const syntax = parseSource(file, text);
  const mentions: Mention[] = [];
  const add = (source: string, start: number) => {
    for (const [id] of source.matchAll(REQUIREMENT_ID))
      mentions.push({ id, line: syntax.lineAt(start) });
  };
  /** Ranges of tests that are switched off. */
  const off: { start: number; end: number }[] = [];
  let dataDriven = false;
  const leading: { text: string; start: number }[] = [];

  syntax.visit({
    CallExpression: (node) => {
      const chain = chainOf(node.callee);
      const [title, body] = node.arguments;
      if (chain === undefined || !DEFINERS.has(chain[0] ?? '') || title === undefined) return;
      if (chain.slice(1).some((name) => OFF.has(name))) {
        off.push(node);
        return;
      }
      // `test.each(table)` alone is not yet a test; its call with a title is.
      if (body === undefined) return;
      for (const { text: part, start } of texts(title)) add(part, start);
      if (isDataDriven(title)) dataDriven = true;
    },
    Literal: (node) => {
      if (typeof node.value === 'string') leading.push({ text: node.value, start: node.start });
    },
    TemplateElement: (node) => {
      leading.push({ text: node.value.raw, start: node.start });
    },
  });
  if (dataDriven) {
    for (const { text: value, start } of leading) {
      const [first] = value.matchAll(REQUIREMENT_ID);
      if (first?.index === 0 && !off.some((range) => start >= range.start && start < range.end)) {
        add(value, start);
      }
    }
  }
  const seen = new Set<string>();
  return mentions.filter(({ id, line }) => {
    const place = `${id} ${line}`;
    if (seen.has(place)) return false;
    seen.add(place);
    return !off.some(
      ({ start, end }) => line >= syntax.lineAt(start) && line <= syntax.lineAt(end - 1),
    );
  });
}
