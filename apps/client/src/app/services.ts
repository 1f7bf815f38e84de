import type { Api } from '@trunkline/ui/api/client.ts';
import type { Profile, Session } from '@trunkline/ui/api/session.ts';
import type { Realtime } from '@trunkline/ui/realtime/socket.ts';
import type { Live } from '@trunkline/ui/stores/live.ts';
import { createContext, useContext } from 'react';
import type { Phone } from '../calls/phone.ts';
import type { Tones } from '../calls/tones.ts';

/** Everything a signed-in page needs; handed in, so that tests can hand in other ones. */
export interface Services {
  readonly api: Api;
  readonly session: Session;
  readonly profile: Profile;
  readonly live: Live;
  readonly realtime: Pick<Realtime, 'state' | 'command' | 'wake'>;
  readonly phone: Phone;
  readonly tones: Tones;
}

export const ServicesContext = createContext<Services | null>(null);

export function useServices(): Services {
  const services = useContext(ServicesContext);
  if (!services) throw new Error('useServices outside of ServicesContext');
  return services;
}
