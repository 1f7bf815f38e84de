import { describe, expect, test } from 'vitest';
import { createResponse } from '../message/build.ts';
import { Headers } from '../message/headers.ts';
import { SipRequest } from '../message/message.ts';
import { Dialog, nextHop } from './dialog.ts';

const VIA = 'SIP/2.0/UDP 192.0.2.1:5060';

function invite(recordRoutes: string[] = []) {
  const headers = new Headers()
    .append('Via', `${VIA};branch=z9hG4bK1`)
    .append('From', '"A" <sip:a@x.example>;tag=from')
    .append('To', '<sip:b@x.example>')
    .append('Call-ID', 'c')
    .append('CSeq', '7 INVITE')
    .append('Contact', '<sip:a@192.0.2.1:5060>');
  for (const route of recordRoutes) headers.append('Record-Route', route);
  return new SipRequest('INVITE', 'sip:b@x.example', headers);
}

const answer = (request: SipRequest, status = 200, contact = '<sip:b@192.0.2.2:5062>') =>
  createResponse(request, status, { toTag: 'to', headers: [['Contact', contact]] });

describe('caller’s side (§12.1.2)', () => {
  const request = invite(['<sip:p2.example;lr>, <sip:p1.example;lr>']);

  test('tags, target and the reversed route set', () => {
    const dialog = Dialog.fromResponse(request, answer(request));
    expect(dialog).toMatchObject({
      callId: 'c',
      localTag: 'from',
      remoteTag: 'to',
      state: 'confirmed',
    });
    const bye = dialog.request('BYE', VIA);
    expect(bye.uri).toBe('sip:b@192.0.2.2:5062');
    expect(bye.headers.elements('route')).toEqual(['<sip:p1.example;lr>', '<sip:p2.example;lr>']);
    expect(bye.cseq).toEqual({ seq: 8, method: 'BYE' });
    expect(bye.headers.get('from')).toBe('"A" <sip:a@x.example>;tag=from');
    expect(bye.headers.get('to')).toBe('<sip:b@x.example>;tag=to');
    expect(nextHop(bye)).toEqual({ host: 'p1.example', port: undefined });
  });

  test('a strict router moves into the Request-URI', () => {
    const strict = invite(['<sip:p2.example>, <sip:p1.example;x=1>']);
    const bye = Dialog.fromResponse(strict, answer(strict)).request('BYE', VIA);
    expect(bye.uri).toBe('sip:p1.example;x=1');
    expect(bye.headers.elements('route')).toEqual(['<sip:p2.example>', '<sip:b@192.0.2.2:5062>']);
  });

  test('the 2xx replaces route set and target of an early dialog', () => {
    const early = Dialog.fromResponse(request, answer(request, 180, '<sip:early@192.0.2.9>'));
    expect(early.state).toBe('early');
    early.confirm(answer(invite(['<sip:p3.example;lr>'])));
    const bye = early.request('BYE', VIA);
    expect(bye.uri).toBe('sip:b@192.0.2.2:5062');
    expect(bye.headers.elements('route')).toEqual(['<sip:p3.example;lr>']);
  });

  test('the ACK takes the number of its INVITE and leaves the own number alone', () => {
    const dialog = Dialog.fromResponse(request, answer(request));
    expect(dialog.request('ACK', VIA, 7).cseq).toEqual({ seq: 7, method: 'ACK' });
    dialog.raiseSequence(9);
    expect(dialog.request('BYE', VIA).cseq.seq).toBe(10);
  });
});

describe('called side (§12.1.1)', () => {
  test('the route set keeps its order, the target is the Contact', () => {
    const dialog = Dialog.fromRequest(
      invite(['<sip:p1.example;lr>', '<sip:p2.example;lr>']),
      'mine',
    );
    const bye = dialog.request('BYE', VIA);
    expect(bye.uri).toBe('sip:a@192.0.2.1:5060');
    expect(bye.headers.elements('route')).toEqual(['<sip:p1.example;lr>', '<sip:p2.example;lr>']);
    expect(bye.headers.get('from')).toBe('<sip:b@x.example>;tag=mine');
    expect(bye.to.params.get('tag')).toBe('from');
  });

  test('CSeq must rise (§12.2.2)', () => {
    const dialog = Dialog.fromRequest(invite(), 'mine');
    expect([7, 6, 8, 8, 20].map((seq) => dialog.acceptSequence(seq))).toEqual([
      false,
      false,
      true,
      false,
      true,
    ]);
  });

  test('target refresh', () => {
    const dialog = Dialog.fromRequest(invite(), 'mine');
    const moved = invite();
    moved.headers.set('Contact', '<sip:a@192.0.2.77>');
    dialog.refreshTarget(moved.contacts);
    expect(dialog.remoteTarget).toBe('sip:a@192.0.2.77');
  });

  test('an RFC 2543 caller without Contact is reached at its From address', () => {
    const request = invite();
    request.headers.remove('contact');
    expect(Dialog.fromRequest(request, 'mine').remoteTarget).toBe('sip:a@x.example');
  });
});
