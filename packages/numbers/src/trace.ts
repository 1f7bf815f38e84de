/** One step of a pipeline: what went in, what came out, and why (NUM-089). */
export interface TraceStep {
  /** Step id of the catalogue, for example `A3` or `B14`. */
  readonly step: string;
  readonly before: string;
  readonly after: string;
  /** What hit: a rule, a check, a code. */
  readonly rule: string;
}

export type Trace = readonly TraceStep[];
