import type { RequestContext } from './env.ts';

/** Names the file an answer is; browsers save it and never show it. */
export function attach(c: RequestContext, fileName: string): void {
  c.header('content-disposition', `attachment; filename="${fileName}"`);
}
