import type {
  Attribute,
  Connection,
  MediaDescription,
  Origin,
  SessionDescription,
} from './session-description.ts';

/** The only error of the SDP parser. */
export class SdpParseError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SdpParseError';
  }
}

const MAX_LENGTH = 65_536;
const MAX_LINES = 2_000;
const MAX_MEDIA = 64;

interface Section {
  connection?: Connection;
  bandwidths: string[];
  attributes: Attribute[];
}

/**
 * Reads a session description. Lines may end in CRLF or LF (RFC 8866 §5 asks for both); line types
 * without a meaning for calls (`i= u= e= p= k= r= z=`) are passed over.
 *
 * @throws SdpParseError
 */
export function parseSdp(text: string): SessionDescription {
  if (text.length > MAX_LENGTH) throw new SdpParseError('too long');
  if (text.includes('\0')) throw new SdpParseError('NUL character');
  const lines = text.split(/\r?\n/);
  if (lines.length > MAX_LINES) throw new SdpParseError('too many lines');
  if (lines[0] !== 'v=0') throw new SdpParseError('does not begin with v=0');
  let origin: Origin | undefined;
  let sessionName: string | undefined;
  const timing: string[] = [];
  const media: MediaDescription[] = [];
  const session: Section = { bandwidths: [], attributes: [] };
  let section = session;
  for (const line of lines.slice(1)) {
    if (line === '') continue;
    // A lone CR would be a line end to a less careful reader of what we pass on.
    if (line.includes('\r')) throw new SdpParseError('bare CR');
    if (line.charCodeAt(1) !== 61) throw new SdpParseError('line without "="');
    const value = line.slice(2);
    switch (line[0]) {
      case 'o':
        origin = parseOrigin(value);
        break;
      case 's':
        sessionName = value;
        break;
      case 't':
        timing.push(value);
        break;
      case 'c':
        section.connection = parseConnection(value);
        break;
      case 'b':
        section.bandwidths.push(value);
        break;
      case 'a':
        section.attributes.push(parseAttribute(value));
        break;
      case 'm': {
        if (media.length >= MAX_MEDIA) throw new SdpParseError('too many media');
        const description = parseMedia(value);
        media.push(description);
        section = description;
        break;
      }
      default:
    }
  }
  if (origin === undefined) throw new SdpParseError('no o= line');
  const description: SessionDescription = {
    origin,
    sessionName: sessionName ?? '-',
    bandwidths: session.bandwidths,
    timing,
    attributes: session.attributes,
    media,
  };
  if (session.connection !== undefined) description.connection = session.connection;
  return description;
}

function parseOrigin(value: string): Origin {
  const [username, sessionId, sessionVersion, net, type, address, ...rest] = value.split(/ +/);
  if (!username || !sessionId || !sessionVersion || net !== 'IN' || !address || rest.length > 0) {
    throw new SdpParseError('bad o= line');
  }
  return { username, sessionId, sessionVersion, addressType: addressType(type), address };
}

function parseConnection(value: string): Connection {
  const [net, type, addressed] = value.trim().split(/ +/);
  // After a slash: TTL and number of multicast addresses.
  const address = addressed?.split('/')[0];
  if (net !== 'IN' || !address) throw new SdpParseError('bad c= line');
  return { addressType: addressType(type), address };
}

function addressType(text: string | undefined): 'IP4' | 'IP6' {
  if (text === 'IP4' || text === 'IP6') return text;
  throw new SdpParseError('unknown address type');
}

function parseAttribute(value: string): Attribute {
  const colon = value.indexOf(':');
  if (colon < 0) return { name: value };
  return { name: value.slice(0, colon), value: value.slice(colon + 1) };
}

function parseMedia(value: string): MediaDescription {
  const match = /^(\S+) +(\d{1,5})(?:\/\d+)? +(\S+) +(\S.*)$/.exec(value);
  const port = Number(match?.[2]);
  if (match === null || port > 65_535) throw new SdpParseError('bad m= line');
  return {
    media: match[1] as string,
    port,
    protocol: match[3] as string,
    formats: (match[4] as string).trim().split(/ +/),
    bandwidths: [],
    attributes: [],
  };
}
