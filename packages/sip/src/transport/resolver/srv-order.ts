import type { SrvRecord } from './dns.ts';

/**
 * The order in which servers are tried (RFC 2782): by priority; within one priority drawn one after
 * the other with a chance in proportion to the weight, those of weight 0 with a very small one.
 *
 * @param random 0 ≤ x < 1
 */
export function srvOrder(records: readonly SrvRecord[], random: () => number): SrvRecord[] {
  const priorities = [...new Set(records.map(({ priority }) => priority))].sort((a, b) => a - b);
  return priorities.flatMap((priority) =>
    drawn(
      records.filter((record) => record.priority === priority),
      random,
    ),
  );
}

function drawn(records: readonly SrvRecord[], random: () => number): SrvRecord[] {
  // Those of weight 0 stand first, so that the draw 0 can take them at all.
  const left = records.toSorted((a, b) => Math.sign(a.weight) - Math.sign(b.weight));
  const order: SrvRecord[] = [];
  while (left.length > 0) {
    const total = left.reduce((sum, { weight }) => sum + weight, 0);
    const draw = Math.floor(random() * (total + 1));
    let sum = 0;
    const index = left.findIndex(({ weight }) => {
      sum += weight;
      return sum >= draw;
    });
    order.push(...left.splice(Math.max(index, 0), 1));
  }
  return order;
}
