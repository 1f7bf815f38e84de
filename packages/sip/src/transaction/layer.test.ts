import { describe, expect, test } from 'vitest';
import { createResponse } from '../message/build.ts';
import { Headers } from '../message/headers.ts';
import { SipRequest } from '../message/message.ts';
import { parseMessage } from '../message/parse.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import type { ClientTransactionUser } from './client-transaction.ts';
import { TooManyTransactions, TransactionLayer } from './layer.ts';
import type { ServerTransaction } from './server-transaction.ts';
import { DEFAULT_TIMERS } from './timers.ts';

const source = { address: '192.0.2.1', port: 5060 };
const hop = { ...source, transport: 'udp' as const };

function request(method: string, extra: { branch?: string; seq?: number; to?: string } = {}) {
  const { branch = 'z9hG4bKabc', seq = 1, to = '<sip:b@x.example>' } = extra;
  return new SipRequest(
    method,
    'sip:b@x.example',
    new Headers()
      .append('Via', `SIP/2.0/UDP 192.0.2.1:5060${branch === '' ? '' : `;branch=${branch}`}`)
      .append('From', '<sip:a@x.example>;tag=a')
      .append('To', to)
      .append('Call-ID', 'c1')
      .append('CSeq', `${seq} ${method}`),
  );
}

function setUp(maxTransactions = 100) {
  const clock = new FakeClock();
  const sent: string[] = [];
  const requests: ServerTransaction[] = [];
  const acks: SipRequest[] = [];
  let failNext = false;
  const layer = new TransactionLayer({
    clock,
    timers: DEFAULT_TIMERS,
    maxTransactions,
    send: (_message, bytes, _to, failed) => {
      // What is sent must be readable.
      const message = parseMessage(bytes);
      sent.push(message.kind === 'request' ? message.method : String(message.statusCode));
      if (failNext) failed(new Error('EHOSTUNREACH'));
    },
    isReliable: () => false,
    user: { onRequest: (t) => requests.push(t), onAck: (ack) => acks.push(ack) },
  });
  const receive = (r: SipRequest) => layer.receiveRequest(r, source, 'udp');
  return {
    clock,
    sent,
    requests,
    acks,
    layer,
    receive,
    breakTransport: () => {
      failNext = true;
    },
  };
}

function client() {
  const heard: string[] = [];
  const user: ClientTransactionUser = {
    onResponse: (response) => heard.push(String(response.statusCode)),
    onFailure: (cause) => heard.push(cause),
  };
  return { heard, user };
}

describe('client side (§17.1.3)', () => {
  test('a response is matched by branch and CSeq method', () => {
    const { layer, sent } = setUp();
    const invite = request('INVITE');
    const { heard, user } = client();
    layer.request(invite, hop, user);
    expect(layer.receiveResponse(createResponse(invite, 180, { toTag: 'b' }))).toBe(true);
    expect(layer.receiveResponse(createResponse(request('CANCEL'), 200))).toBe(false);
    expect(
      layer.receiveResponse(createResponse(request('INVITE', { branch: 'z9hG4bKx' }), 200)),
    ).toBe(false);
    layer.receiveResponse(createResponse(invite, 486, { toTag: 'b' }));
    layer.receiveResponse(createResponse(invite, 486, { toTag: 'b' }));
    expect(heard).toEqual(['180', '486']);
    expect(sent).toEqual(['INVITE', 'ACK', 'ACK']);
  });

  test('loss of requests and responses is healed by retransmission', () => {
    const { layer, sent, clock } = setUp();
    const options = request('OPTIONS');
    const { heard, user } = client();
    layer.request(options, hop, user);
    clock.advance(4_000);
    expect(sent).toHaveLength(4);
    layer.receiveResponse(createResponse(options, 200));
    clock.advance(100_000);
    expect(heard).toEqual(['200']);
    expect(sent).toHaveLength(4);
    expect(layer.size).toBe(0);
    expect(clock.pending).toBe(0);
  });

  test('a transport error ends it as transport', () => {
    const { layer, breakTransport } = setUp();
    breakTransport();
    const { heard, user } = client();
    layer.request(request('OPTIONS'), hop, user);
    expect(heard).toEqual(['transport']);
    expect(layer.size).toBe(0);
  });

  test('the number of transactions is bounded', () => {
    const { layer, receive, sent, requests } = setUp(1);
    layer.request(request('OPTIONS'), hop, client().user);
    expect(() => layer.request(request('INVITE'), hop, client().user)).toThrow(TooManyTransactions);
    receive(request('INVITE', { branch: 'z9hG4bKother' }));
    expect(sent).toEqual(['OPTIONS', '503']);
    expect(requests).toHaveLength(0);
  });
});

describe('server side (§17.2.3)', () => {
  test('a repeat is absorbed and answered with the last response', () => {
    const { receive, requests, sent } = setUp();
    receive(request('INVITE'));
    receive(request('INVITE'));
    expect(requests).toHaveLength(1);
    requests[0]?.respond(createResponse(request('INVITE'), 180, { toTag: 'b' }));
    receive(request('INVITE'));
    expect(sent).toEqual(['180', '180']);
  });

  test('the branch is compared without case, sent-by and method count', () => {
    const { receive, requests } = setUp();
    receive(request('OPTIONS'));
    receive(request('OPTIONS', { branch: 'Z9HG4BKABC' }));
    receive(request('INFO'));
    expect(requests.map((t) => t.request.method)).toEqual(['OPTIONS', 'INFO']);
  });

  test('the ACK of a 486 belongs to the transaction, that of a 200 does not', () => {
    const { receive, requests, acks, clock, layer } = setUp();
    receive(request('INVITE'));
    requests[0]?.respond(createResponse(request('INVITE'), 486, { toTag: 'b' }));
    receive(request('ACK', { to: '<sip:b@x.example>;tag=b' }));
    expect(acks).toHaveLength(0);
    clock.advance(5_000);
    expect(layer.size).toBe(0);
    receive(request('ACK', { branch: 'z9hG4bKnew', to: '<sip:b@x.example>;tag=b' }));
    expect(acks).toHaveLength(1);
  });

  test.each(['', 'z9hG4bK', '1'])('RFC 2543 matching for branch %j', (branch) => {
    const { receive, requests, acks } = setUp();
    receive(request('INVITE', { branch }));
    receive(request('INVITE', { branch }));
    expect(requests).toHaveLength(1);
    requests[0]?.respond(createResponse(request('INVITE', { branch }), 486, { toTag: 'b' }));
    // The ACK carries the To tag of the response; one with another tag is not of this transaction.
    receive(request('ACK', { branch, to: '<sip:b@x.example>;tag=other' }));
    expect(acks).toHaveLength(1);
    receive(request('ACK', { branch, to: '<sip:b@x.example>;tag=b' }));
    expect(acks).toHaveLength(1);
    expect(requests[0]?.state).toBe('confirmed');
    receive(request('INVITE', { branch, seq: 2 }));
    expect(requests).toHaveLength(2);
  });

  test('CANCEL finds its INVITE by branch (§9.2)', () => {
    const { receive, layer, requests } = setUp();
    receive(request('INVITE'));
    expect(layer.findCancelled(request('CANCEL'))).toBe(requests[0]);
    expect(layer.findCancelled(request('CANCEL', { branch: 'z9hG4bKno' }))).toBeUndefined();
  });

  test('the same request by another path is noticed as merged (§8.2.2.2)', () => {
    const { receive, layer, requests } = setUp();
    receive(request('INVITE'));
    receive(request('INVITE', { branch: 'z9hG4bKfork2' }));
    const [first, second] = requests as [ServerTransaction, ServerTransaction];
    expect(layer.isMerged(first)).toBe(false);
    expect(layer.isMerged(second)).toBe(true);
    receive(request('BYE', { branch: 'z9hG4bK1', to: '<sip:b@x.example>;tag=b', seq: 2 }));
    receive(request('BYE', { branch: 'z9hG4bK2', to: '<sip:b@x.example>;tag=b', seq: 2 }));
    expect(layer.isMerged(requests[3] as ServerTransaction)).toBe(false);
  });

  test('a second final response is not taken', () => {
    const { receive, requests, sent } = setUp();
    receive(request('OPTIONS'));
    const [transaction] = requests as [ServerTransaction];
    const asked = transaction.request;
    expect(transaction.respond(createResponse(asked, 200))).toBe(true);
    expect(transaction.respond(createResponse(asked, 500))).toBe(false);
    // What was answered waits half a minute for repeats, without the request.
    expect(() => transaction.request).toThrow('not kept');
    receive(request('OPTIONS'));
    expect(sent).toEqual(['200', '200']);
  });

  test('close ends everything and leaves no timer', () => {
    const { receive, requests, layer, clock } = setUp();
    receive(request('INVITE'));
    requests[0]?.respond(createResponse(request('INVITE'), 486, { toTag: 'b' }));
    layer.request(request('OPTIONS', { branch: 'z9hG4bKout' }), hop, client().user);
    layer.close();
    expect(layer.size).toBe(0);
    expect(clock.pending).toBe(0);
  });
});
