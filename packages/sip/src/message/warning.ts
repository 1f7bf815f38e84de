import { isDigits, isLws, quote, skipLws, skipQuoted, unquote } from './chars.ts';
import type { Headers } from './headers.ts';
import { ParseError } from './parse-error.ts';

/** One Warning (RFC 3261 §20.43). */
export interface Warning {
  /** 300 … 399 by the RFC. */
  code: number;
  /** Host or name of who warns. */
  agent: string;
  text: string;
}

/** Codes of RFC 3261 §20.43 that go with a 488 or 606. */
export const WARNING = {
  incompatibleNetworkProtocol: 300,
  incompatibleAddressFormats: 301,
  incompatibleTransport: 302,
  incompatibleBandwidthUnits: 303,
  mediaTypeNotAvailable: 304,
  incompatibleMediaFormat: 305,
  attributeNotUnderstood: 306,
  descriptionParameterNotUnderstood: 307,
  miscellaneous: 399,
} as const;

/**
 * The warnings of a message.
 *
 * @throws ParseError
 */
export function parseWarnings(headers: Headers): Warning[] {
  return headers.elements('warning').map((element) => {
    const agentStart = skipLws(element, 3);
    let agentEnd = agentStart;
    while (agentEnd < element.length && !isLws(element.charCodeAt(agentEnd))) agentEnd++;
    const textStart = skipLws(element, agentEnd);
    const good =
      isDigits(element, 0, 3) &&
      agentStart > 3 &&
      agentEnd > agentStart &&
      element.charCodeAt(textStart) === 34 &&
      skipQuoted(element, textStart) === element.length;
    if (!good) throw new ParseError('header-value', 'Malformed Warning header field');
    return {
      code: Number(element.slice(0, 3)),
      agent: element.slice(agentStart, agentEnd),
      text: unquote(element.slice(textStart)),
    };
  });
}

/** A warning as a header value. */
export function formatWarning({ code, agent, text }: Warning): string {
  return `${code} ${agent} ${quote(text)}`;
}
