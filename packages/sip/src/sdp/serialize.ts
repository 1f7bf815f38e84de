import type { Attribute, Connection, SessionDescription } from './session-description.ts';

/** The description as text, every line ended by CRLF (RFC 8866 §5). */
export function serializeSdp(description: SessionDescription): string {
  const { origin } = description;
  const lines = [
    'v=0',
    `o=${origin.username} ${origin.sessionId} ${origin.sessionVersion} IN ${origin.addressType} ${origin.address}`,
    `s=${description.sessionName}`,
    ...connectionLines(description.connection),
    ...description.bandwidths.map((value) => `b=${value}`),
    ...(description.timing.length === 0 ? ['0 0'] : description.timing).map(
      (value) => `t=${value}`,
    ),
    ...description.attributes.map(attributeLine),
  ];
  for (const media of description.media) {
    lines.push(
      `m=${media.media} ${media.port} ${media.protocol} ${media.formats.join(' ')}`,
      ...connectionLines(media.connection),
      ...media.bandwidths.map((value) => `b=${value}`),
      ...media.attributes.map(attributeLine),
    );
  }
  return `${lines.join('\r\n')}\r\n`;
}

function connectionLines(connection: Connection | undefined): string[] {
  return connection === undefined ? [] : [`c=IN ${connection.addressType} ${connection.address}`];
}

function attributeLine({ name, value }: Attribute): string {
  return value === undefined ? `a=${name}` : `a=${name}:${value}`;
}
