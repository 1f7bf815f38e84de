import type { SipRequest } from './message.ts';

/** What kind of fault the parser met; stable, for metrics and tests. */
export type ParseErrorCode =
  | 'empty'
  | 'too-large'
  | 'start-line'
  | 'version'
  | 'header-line'
  | 'header-value'
  | 'missing-header'
  | 'duplicate-header'
  | 'content-length'
  | 'method-mismatch'
  | 'uri';

/**
 * The only error the message layer throws for bad input.
 *
 * `status` is the response a server would give to a request with this fault (RFC 3261 §8.2, §21.4).
 * `partial` is the request as far as it could be read, so that the fault can be answered; it is
 * absent when the bytes were not recognisably a request, which then can only be dropped.
 */
export class ParseError extends Error {
  readonly code: ParseErrorCode;
  readonly status: number;
  partial: SipRequest | undefined;

  constructor(code: ParseErrorCode, message: string, status = 400) {
    super(message);
    this.name = 'ParseError';
    this.code = code;
    this.status = status;
  }
}
