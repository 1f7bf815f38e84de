import type { SipResponse } from '../message/message.ts';
import { reasonPhrase } from '../message/status.ts';

/** A request inside a dialog had no success. */
export class SessionRequestError extends Error {
  /**
   * Status of the final response; 408 when none came, 503 when nothing could be sent, 487 when the
   * call ended first.
   */
  readonly status: number;
  readonly reason: string;
  readonly response: SipResponse | undefined;

  constructor(status: number, reason = reasonPhrase(status), response?: SipResponse) {
    super(`${status} ${reason}`);
    this.name = 'SessionRequestError';
    this.status = status;
    this.reason = reason;
    this.response = response;
  }

  static of(response: SipResponse): SessionRequestError {
    return new SessionRequestError(response.statusCode, response.reasonPhrase, response);
  }
}
