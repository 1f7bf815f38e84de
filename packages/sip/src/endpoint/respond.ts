import { createResponse } from '../message/build.ts';
import type { HeaderField } from '../message/headers.ts';
import type { ServerTransaction } from '../transaction/server-transaction.ts';

/** Answers a request inside a dialog; no effect when it has its final response. */
export function respond(
  transaction: ServerTransaction,
  status: number,
  headers: readonly HeaderField[] = [],
  reasonPhrase?: string,
): void {
  if (transaction.answered) return;
  const options = reasonPhrase === undefined ? { headers } : { headers, reasonPhrase };
  transaction.respond(createResponse(transaction.request, status, options));
}
