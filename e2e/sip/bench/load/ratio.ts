/** Median of a list with an odd or even number of members. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** Median of pairwise ratios with the lowest and highest: `0.98 (0.91 … 1.07)`. */
export function ratioText(ours: readonly number[], theirs: readonly number[]): string {
  const ratios = ours.map((value, at) => value / (theirs[at] ?? Number.NaN));
  const text = (value: number) => value.toFixed(2);
  return `${text(median(ratios))} (${text(Math.min(...ratios))} … ${text(Math.max(...ratios))})`;
}
