/** SDP as RFC 8866 writes it; order within a section is kept, unknown lines are passed over. */
export interface SessionDescription {
  origin: Origin;
  sessionName: string;
  connection?: Connection;
  bandwidths: string[];
  /** Values of the `t=` lines. */
  timing: string[];
  attributes: Attribute[];
  media: MediaDescription[];
}

export interface Origin {
  username: string;
  sessionId: string;
  sessionVersion: string;
  addressType: 'IP4' | 'IP6';
  address: string;
}

export interface Connection {
  addressType: 'IP4' | 'IP6';
  /** Without multicast suffixes. */
  address: string;
}

export interface MediaDescription {
  /** `audio`, `video`, `image`, … */
  media: string;
  /** 0 means rejected or not wanted. */
  port: number;
  /** Such as `RTP/AVP`. */
  protocol: string;
  /** Payload types of RTP protocols, other tokens else. */
  formats: string[];
  connection?: Connection;
  bandwidths: string[];
  attributes: Attribute[];
}

/** `a=name` or `a=name:value`. */
export interface Attribute {
  name: string;
  value?: string;
}

/** Value of the first attribute of that name; `''` for a flag, `undefined` when absent. */
export function attributeOf(
  section: { attributes: readonly Attribute[] },
  name: string,
): string | undefined {
  const found = section.attributes.find((attribute) => attribute.name === name);
  return found === undefined ? undefined : (found.value ?? '');
}

/** Values of all attributes of that name, in their order; flags have none. */
export function valuesOf(section: { attributes: readonly Attribute[] }, name: string): string[] {
  const out: string[] = [];
  for (const attribute of section.attributes) {
    if (attribute.name === name && attribute.value !== undefined) out.push(attribute.value);
  }
  return out;
}

export function hasAttribute(section: { attributes: readonly Attribute[] }, name: string): boolean {
  return section.attributes.some((attribute) => attribute.name === name);
}
