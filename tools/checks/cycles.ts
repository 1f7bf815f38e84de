/**
 * The strongly connected parts of a graph that have more than one node: the knots in which every
 * node reaches every other (Tarjan's algorithm, without recursion).
 *
 * @param graph node → its successors
 */
export function knots(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const onStack = new Set<string>();
  const stack: string[] = [];
  const found: string[][] = [];

  for (const start of graph.keys()) {
    if (index.has(start)) continue;
    const work: { node: string; next: number }[] = [{ node: start, next: 0 }];
    while (work.length > 0) {
      const frame = work.at(-1);
      if (frame === undefined) break;
      const { node } = frame;
      if (frame.next === 0) {
        low.set(node, index.size);
        index.set(node, index.size);
        stack.push(node);
        onStack.add(node);
      }
      const successor = graph.get(node)?.[frame.next];
      frame.next += 1;
      if (successor !== undefined) {
        if (!index.has(successor)) work.push({ node: successor, next: 0 });
        else if (onStack.has(successor)) lower(low, node, index.get(successor));
        continue;
      }
      work.pop();
      const caller = work.at(-1);
      if (caller !== undefined) lower(low, caller.node, low.get(node));
      if (low.get(node) !== index.get(node)) continue;
      const knot = stack.splice(stack.lastIndexOf(node));
      for (const member of knot) onStack.delete(member);
      if (knot.length > 1) found.push(knot.sort());
    }
  }
  return found;
}

function lower(low: Map<string, number>, node: string, to: number | undefined): void {
  const now = low.get(node);
  if (now !== undefined && to !== undefined && to < now) low.set(node, to);
}

/** The shortest way from a node back to itself that stays within `members`; starts and ends with it. */
export function shortestCycle(
  graph: ReadonlyMap<string, readonly string[]>,
  start: string,
  members: ReadonlySet<string>,
): string[] {
  const cameFrom = new Map<string, string>();
  const queue = [start];
  for (const node of queue) {
    for (const successor of graph.get(node) ?? []) {
      if (successor === start) {
        const way = [start];
        for (let at: string | undefined = node; at !== undefined; at = cameFrom.get(at)) {
          way.unshift(at);
        }
        return way;
      }
      if (members.has(successor) && !cameFrom.has(successor)) {
        cameFrom.set(successor, node);
        queue.push(successor);
      }
    }
  }
  return [start];
}
