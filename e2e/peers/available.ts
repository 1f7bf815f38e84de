import { baresipAvailable } from './baresip/baresip.ts';
import { chromiumAvailable } from './chromium/chromium.ts';
import { kamailioAvailable } from './kamailio/kamailio.ts';
import { linphoneAvailable } from './linphone/linphone.ts';
import { rtpengineAvailable } from './rtpengine/rtpengine.ts';
import { sippAvailable } from './sipp/sipp.ts';
import { tsharkAvailable } from './tshark/tshark.ts';

const PEERS = {
  kamailio: kamailioAvailable,
  baresip: baresipAvailable,
  chromium: chromiumAvailable,
  sipp: sippAvailable,
  linphone: linphoneAvailable,
  rtpengine: rtpengineAvailable,
  tshark: tsharkAvailable,
} as const;

/** A program a call script needs. */
export type Peer = keyof typeof PEERS;

/**
 * What a suite that needs these peers is called and whether it can run: with a peer missing, its
 * name says why it is skipped.
 *
 * @example
 * const suite = needs('desk call', 'kamailio', 'baresip');
 * describe.skipIf(suite.skip)(suite.name, () => { … });
 */
export function needs(name: string, ...peers: readonly Peer[]): { name: string; skip: boolean } {
  const missing = peers.filter((peer) => !PEERS[peer]());
  if (missing.length === 0) return { name, skip: false };
  return { name: `${name} (skipped: ${missing.join(', ')} not installed)`, skip: true };
}
