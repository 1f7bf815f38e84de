import { newTag } from '../ids.ts';
import { createResponse } from '../message/build.ts';
import { parseDeltaSeconds } from '../message/contact.ts';
import { ParseError } from '../message/parse-error.ts';
import type { ServerTransaction } from '../transaction/server-transaction.ts';
import type { Core } from './core.ts';
import { IncomingSubscription, type SubscriptionBounds } from './incoming-subscription.ts';
import { type SubscribeOptions, Subscription } from './subscription.ts';

const RETRY_AFTER_S = '30';

/** The subscriptions of one endpoint, both directions. */
export class Subscriptions {
  private readonly core: Core;
  private readonly all = new Set<Subscription | IncomingSubscription>();
  private incoming = 0;
  private handler: ((subscription: IncomingSubscription) => void) | undefined;
  private bounds: Required<SubscriptionBounds> = { max: 1_000, minExpires: 60, maxExpires: 3_600 };

  constructor(core: Core) {
    this.core = core;
  }

  /** Subscribes; see `SipEndpoint.subscribe`. */
  subscribe(options: SubscribeOptions): Subscription {
    const subscription = new Subscription(this.core, options);
    this.all.add(subscription);
    subscription.on('ended', () => this.all.delete(subscription));
    return subscription;
  }

  /** Takes subscriptions of others. */
  serve(handler: (subscription: IncomingSubscription) => void, bounds: SubscriptionBounds): void {
    this.handler = handler;
    this.bounds = { ...this.bounds, ...bounds };
    this.core.takeToo('SUBSCRIBE');
  }

  /** Takes a SUBSCRIBE outside any dialog. */
  receive(transaction: ServerTransaction): void {
    const { handler, bounds, core } = this;
    const { request } = transaction;
    const refuse = (status: number, headers: [string, string][] = [], reasonPhrase?: string) => {
      const text = reasonPhrase === undefined ? {} : { reasonPhrase };
      const response = createResponse(request, status, { toTag: newTag(), headers, ...text });
      transaction.respond(response);
    };
    if (handler === undefined) {
      refuse(405, [['Allow', core.allow]]);
      return;
    }
    if (this.incoming >= bounds.max) {
      refuse(503, [['Retry-After', RETRY_AFTER_S]]);
      return;
    }
    const asked = parseDeltaSeconds(request.headers.get('expires')) ?? bounds.maxExpires;
    if (asked > 0 && asked < bounds.minExpires) {
      refuse(423, [['Min-Expires', String(bounds.minExpires)]]);
      return;
    }
    let subscription: IncomingSubscription;
    try {
      subscription = new IncomingSubscription(core, transaction, bounds);
    } catch (error) {
      if (!(error instanceof ParseError)) throw error;
      refuse(error.status, [], error.message);
      return;
    }
    this.all.add(subscription);
    this.incoming += 1;
    subscription.on('ended', () => {
      this.incoming -= 1;
      this.all.delete(subscription);
    });
    try {
      handler(subscription);
    } catch (error) {
      subscription.reject(500);
      throw error;
    }
  }

  /** The endpoint closes. */
  drop(): void {
    for (const subscription of [...this.all]) subscription.drop();
  }
}
