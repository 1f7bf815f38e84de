import fc from 'fast-check';
import { expect, test } from 'vitest';
import { knots, shortestCycle } from './cycles.ts';

const graphOf = (arrows: readonly (readonly [string, string])[]) => {
  const graph = new Map<string, string[]>();
  for (const [from, to] of arrows) {
    graph.set(from, [...(graph.get(from) ?? []), to]);
    if (!graph.has(to)) graph.set(to, []);
  }
  return graph;
};

test('finds each knot once and leaves what is no part of it', () => {
  const graph = graphOf([
    ['a', 'b'],
    ['b', 'c'],
    ['c', 'b'],
    ['c', 'd'],
    ['e', 'f'],
    ['f', 'e'],
    ['d', 'd'],
  ]);
  expect(knots(graph).sort()).toEqual([
    ['b', 'c'],
    ['e', 'f'],
  ]);
});

test('agrees with reachability both ways on random graphs', () => {
  const node = fc.constantFrom(...'abcdefgh');
  fc.assert(
    fc.property(fc.array(fc.tuple(node, node), { maxLength: 20 }), (arrows) => {
      const graph = graphOf(arrows);
      const reach = (from: string) => {
        const seen = new Set<string>();
        const queue = [...(graph.get(from) ?? [])];
        for (const at of queue) {
          if (seen.has(at)) continue;
          seen.add(at);
          queue.push(...(graph.get(at) ?? []));
        }
        return seen;
      };
      const expected = new Set<string>();
      for (const a of graph.keys()) {
        const mates = [...graph.keys()].filter((b) => reach(a).has(b) && reach(b).has(a));
        if (mates.length > 1) expected.add(mates.sort().join());
      }
      expect(new Set(knots(graph).map((knot) => knot.join()))).toEqual(expected);
    }),
  );
});

test('shows the shortest way round', () => {
  const graph = graphOf([
    ['a', 'b'],
    ['b', 'c'],
    ['c', 'd'],
    ['d', 'a'],
    ['c', 'a'],
  ]);
  expect(shortestCycle(graph, 'a', new Set('abcd'))).toEqual(['a', 'b', 'c', 'a']);
});
