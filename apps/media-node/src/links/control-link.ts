import type { LineId } from '@trunkline/contracts/ids.ts';
import { controlToNode, type NodeToControl } from '@trunkline/contracts/link.ts';
import type { NodeListeners } from '@trunkline/contracts/listeners.ts';
import type { Clock } from '@trunkline/platform/clock.ts';
import { connectLink, type Link } from '@trunkline/platform/link-client.ts';
import type { Logger } from '@trunkline/platform/log.ts';
import type { DocumentStore } from '../config/document-store.ts';
import { EventSender } from '../events/sender.ts';
import type { EventSpool } from '../events/spool.ts';
import type { Scheduler } from '../scheduler.ts';
import type { HelloMaker } from './hello.ts';

export interface ControlLinkOptions {
  url: string;
  hello: HelloMaker;
  documents: DocumentStore;
  spool: EventSpool;
  listeners: NodeListeners;
  onLineReset: (lineId: LineId) => void;
  onLineWatch: (lineId: LineId, until: Date) => void;
  time: Clock & Scheduler;
  logger: Logger;
}

export interface ControlLink {
  readonly up: boolean;
  close(): void;
}

/** The link to the control plane: configuration comes in, events go out. */
export function openControlLink(options: ControlLinkOptions): ControlLink {
  const { documents, spool, logger, time } = options;
  const say = (frame: NodeToControl) => link.send(frame);
  const sender = new EventSender({
    source: spool,
    send: (events) => say({ t: 'events', events }),
    scheduler: time,
    logger,
  });

  function receive(input: unknown): void {
    const parsed = controlToNode.safeParse(input);
    if (!parsed.success) {
      logger.warn(
        { issue: parsed.error.issues[0]?.message },
        'unreadable frame from control plane',
      );
      return;
    }
    const frame = parsed.data;
    if (frame.t === 'config') void take(frame.jws);
    else if (frame.t === 'line.reset') options.onLineReset(frame.lineId);
    else if (frame.t === 'line.watch') options.onLineWatch(frame.lineId, new Date(frame.until));
    else if (frame.t === 'events.ack')
      sender
        .acknowledged({ bootEpoch: frame.bootEpoch, seq: frame.seq })
        .catch((error: unknown) => {
          logger.error({ err: error }, 'acknowledgement could not be kept');
        });
  }

  async function take(jws: string): Promise<void> {
    try {
      const result = await documents.accept(jws);
      if (result) say({ t: 'config.result', ...result });
    } catch (error) {
      logger.error({ err: error }, 'configuration could not be stored');
    }
  }

  const link: Link = connectLink({
    url: options.url,
    hello: options.hello,
    onWelcome: ({ accepts = [] }) => {
      if (accepts.includes('listeners')) say({ t: 'listeners', told: options.listeners });
      say({ t: 'config.have', sections: documents.have() });
      sender.linkUp();
    },
    onFrame: receive,
    onDown: () => sender.linkDown(),
    logger,
    clock: time,
  });
  return {
    get up() {
      return link.up;
    },
    close: () => {
      sender.linkDown();
      link.close();
    },
  };
}
