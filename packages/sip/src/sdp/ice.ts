import {
  type Attribute,
  attributeOf,
  hasAttribute,
  type MediaDescription,
  type SessionDescription,
  valuesOf,
} from './session-description.ts';

/** One `a=candidate` line (RFC 8839 §5.1). */
export interface IceCandidate {
  foundation: string;
  /** 1: RTP, 2: RTCP. */
  component: number;
  /** Lower case: `udp`, `tcp`. */
  transport: string;
  priority: number;
  /** IP address, or a name such as those browsers make up for mDNS. */
  address: string;
  port: number;
  /** `host`, `srflx`, `prflx`, `relay` or another token. */
  type: string;
  relatedAddress?: string;
  relatedPort?: number;
  /** Name and value pairs behind the known ones, such as `tcptype`. */
  extensions: readonly (readonly [name: string, value: string])[];
}

/** ICE part of a section; what stands at session level is included. */
export interface IceParameters {
  ufrag: string;
  password: string;
  /** The whole description comes from a lite agent. */
  lite: boolean;
  /** Tokens such as `trickle`, `ice2`. */
  options: readonly string[];
  candidates: readonly IceCandidate[];
  endOfCandidates: boolean;
}

const MAX_CANDIDATES = 64;
const MAX_PRIORITY = 2 ** 31 - 1;
/** ice-char of RFC 8839 §5.4, with the lengths it prescribes. */
const UFRAG = /^[A-Za-z0-9+/]{4,256}$/;
const PASSWORD = /^[A-Za-z0-9+/]{22,256}$/;

/** Reads the value of one `a=candidate` line; `undefined` when it is malformed. */
export function parseCandidate(value: string): IceCandidate | undefined {
  const fields = value.trim().split(/ +/);
  const [foundation, component, transport, priority, address, port, typ, type, ...rest] = fields;
  if (type === undefined || typ !== 'typ') return undefined;
  if (foundation === undefined || !/^[A-Za-z0-9+/]{1,32}$/.test(foundation)) return undefined;
  const numbers = {
    component: decimal(component, 1, 256),
    priority: decimal(priority, 1, MAX_PRIORITY),
    port: decimal(port, 0, 65_535),
  };
  if (numbers.component === undefined || numbers.priority === undefined) return undefined;
  if (numbers.port === undefined || transport === undefined || address === undefined) {
    return undefined;
  }
  if (rest.length % 2 !== 0 || rest.length > 32) return undefined;
  const extensions: [string, string][] = [];
  const candidate: IceCandidate = {
    foundation,
    component: numbers.component,
    transport: transport.toLowerCase(),
    priority: numbers.priority,
    address,
    port: numbers.port,
    type,
    extensions,
  };
  for (let i = 0; i < rest.length; i += 2) {
    const [name, text] = [rest[i] as string, rest[i + 1] as string];
    if (name === 'raddr') candidate.relatedAddress = text;
    else if (name === 'rport') {
      const related = decimal(text, 0, 65_535);
      if (related === undefined) return undefined;
      candidate.relatedPort = related;
    } else extensions.push([name, text]);
  }
  return candidate;
}

/** The value of an `a=candidate` line. */
export function formatCandidate(c: IceCandidate): string {
  const parts: (string | number)[] = [
    c.foundation,
    c.component,
    c.transport,
    c.priority,
    c.address,
    c.port,
    'typ',
    c.type,
  ];
  if (c.relatedAddress !== undefined) parts.push('raddr', c.relatedAddress);
  if (c.relatedPort !== undefined) parts.push('rport', c.relatedPort);
  return [...parts, ...c.extensions.flat()].join(' ');
}

/**
 * ICE of a section; `undefined` when it has no usable name and password. Candidates that cannot be
 * read are passed over (RFC 8839 §5.1), as are those beyond the first 64.
 */
export function iceOf(
  session: SessionDescription,
  media: MediaDescription,
): IceParameters | undefined {
  const ufrag = attributeOf(media, 'ice-ufrag') ?? attributeOf(session, 'ice-ufrag') ?? '';
  const password = attributeOf(media, 'ice-pwd') ?? attributeOf(session, 'ice-pwd') ?? '';
  if (!UFRAG.test(ufrag) || !PASSWORD.test(password)) return undefined;
  const options = attributeOf(media, 'ice-options') ?? attributeOf(session, 'ice-options') ?? '';
  return {
    ufrag,
    password,
    lite: hasAttribute(session, 'ice-lite'),
    options: options.split(/ +/).filter((option) => option !== ''),
    candidates: valuesOf(media, 'candidate')
      .slice(0, MAX_CANDIDATES)
      .map(parseCandidate)
      .filter((candidate) => candidate !== undefined),
    endOfCandidates: hasAttribute(media, 'end-of-candidates'),
  };
}

/** Lines of a media section; `ice-lite` belongs to the session and is not among them. */
export function iceAttributes(ice: IceParameters): Attribute[] {
  const lines: Attribute[] = [
    { name: 'ice-ufrag', value: ice.ufrag },
    { name: 'ice-pwd', value: ice.password },
  ];
  if (ice.options.length > 0) lines.push({ name: 'ice-options', value: ice.options.join(' ') });
  for (const candidate of ice.candidates) {
    lines.push({ name: 'candidate', value: formatCandidate(candidate) });
  }
  if (ice.endOfCandidates) lines.push({ name: 'end-of-candidates' });
  return lines;
}

/** The other side restarted ICE: name or password are others (RFC 8839 §4.4.1.1). */
export function isIceRestart(before: IceParameters, now: IceParameters): boolean {
  return before.ufrag !== now.ufrag || before.password !== now.password;
}

function decimal(text: string | undefined, least: number, most: number): number | undefined {
  if (text === undefined || !/^\d{1,10}$/.test(text)) return undefined;
  const value = Number(text);
  return value >= least && value <= most ? value : undefined;
}
