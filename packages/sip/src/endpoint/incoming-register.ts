import { newTag } from '../ids.ts';
import { createResponse } from '../message/build.ts';
import { type Contacts, parseDeltaSeconds } from '../message/contact.ts';
import type { SipRequest } from '../message/message.ts';
import { type Uri, userOf } from '../message/uri.ts';
import type { ServerTransaction } from '../transaction/server-transaction.ts';
import type { SocketAddress } from '../transport/transport.ts';

/** A binding a client asks for. */
export interface RequestedBinding {
  /** Contact URI as written. */
  uri: string;
  /** Seconds wanted, 0 removes it; absent when the client leaves it to the registrar. */
  expires: number | undefined;
}

/** A binding the registrar holds after the request. */
export interface GrantedBinding {
  uri: string;
  expires: number;
}

/** A REGISTER to be decided by the registrar (RFC 3261 §10.3). */
export class IncomingRegister {
  readonly request: SipRequest;
  readonly remote: SocketAddress;
  /** URI of the To header: whose bindings these are. */
  readonly addressOfRecord: Uri;
  readonly user: string;
  /** Bindings asked for; empty when the client only asks for the list. */
  readonly bindings: readonly RequestedBinding[];
  /** `Contact: *` with `Expires: 0`: remove all. */
  readonly removeAll: boolean;
  private readonly transaction: ServerTransaction;

  /** @param contacts parsed Contact values of the request */
  constructor(transaction: ServerTransaction, contacts: Contacts) {
    this.transaction = transaction;
    this.request = transaction.request;
    this.remote = transaction.source;
    this.addressOfRecord = this.request.to.uri;
    this.user = userOf(this.addressOfRecord);
    this.removeAll = contacts === '*';
    const common = parseDeltaSeconds(this.request.headers.get('expires'));
    this.bindings =
      contacts === '*'
        ? []
        : contacts.map((contact) => ({
            uri: contact.uriText,
            expires: parseDeltaSeconds(contact.params.get('expires')) ?? common,
          }));
  }

  /** Answers 200 with all bindings now held (§10.3 step 8). */
  accept(bindings: readonly GrantedBinding[], headers: readonly [string, string][] = []): void {
    const contacts = bindings.map(({ uri, expires }): [string, string] => [
      'Contact',
      `<${uri}>;expires=${expires}`,
    ]);
    const date: [string, string] = ['Date', new Date().toUTCString()];
    this.respond(200, undefined, [...contacts, date, ...headers]);
  }

  /** Refuses it, such as 403, 404, or 423 with `Min-Expires`. */
  reject(
    status: number,
    reasonPhrase?: string,
    headers: readonly (readonly [string, string])[] = [],
  ): void {
    this.respond(status, reasonPhrase, headers);
  }

  /** Answers 401 with the challenges of a `DigestVerifier`, and keeps nothing of the request. */
  challenge(values: readonly string[]): void {
    const headers = values.map((value) => ['WWW-Authenticate', value] as const);
    // A repeat is answered anew, and has to get the same tag (RFC 3261 §8.2.7).
    const toTag = this.request.via.params.get('branch') ?? newTag();
    this.transaction.respondAndForget(createResponse(this.request, 401, { toTag, headers }));
  }

  private respond(
    status: number,
    reasonPhrase: string | undefined,
    headers: readonly (readonly [string, string])[],
  ): void {
    const phrase = reasonPhrase === undefined ? {} : { reasonPhrase };
    this.transaction.respond(
      createResponse(this.request, status, { toTag: newTag(), headers, ...phrase }),
    );
  }
}
