import { type Api, createApi } from '@trunkline/ui/api/client.ts';
import { browserPorts, createSession, type Session } from '@trunkline/ui/api/session.ts';

const ports = browserPorts();

/** The one session of this page. */
export const session: Session = createSession(ports);
export const api: Api = createApi(session, ports.fetch);
