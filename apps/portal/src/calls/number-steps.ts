/** One step of the number pipeline as a call keeps it (NUM-089). */
export interface NumberStep {
  readonly step: string;
  readonly before: string;
  readonly after: string;
  readonly rule: string;
}

/** The steps of a trace; what is no step is left out, as are those without anything to say. */
export function numberSteps(trace: readonly unknown[]): NumberStep[] {
  return trace.flatMap((entry) => {
    if (typeof entry !== 'object' || entry === null) return [];
    const { step, before, after, rule } = entry as Partial<Record<keyof NumberStep, unknown>>;
    if (typeof step !== 'string' || typeof before !== 'string' || typeof after !== 'string')
      return [];
    // B3 takes away what people write between digits, B16 names the kind of call.
    if (step === 'B16' || (step === 'B3' && before === after)) return [];
    return [{ step, before, after, rule: typeof rule === 'string' ? rule : '' }];
  });
}
