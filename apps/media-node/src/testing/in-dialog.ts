import { createSocket } from 'node:dgram';
import type { Dialog } from '@trunkline/sip/dialog/dialog.ts';
import { encodeBody } from '@trunkline/sip/message/build.ts';
import type { SipResponse } from '@trunkline/sip/message/message.ts';
import { parseMessage } from '@trunkline/sip/message/parse.ts';
import { serializeMessage } from '@trunkline/sip/message/serialize.ts';
import { after } from './actors.ts';

/**
 * Sends a request inside a PBX's dialog from a socket of its own and waits for the final response;
 * an INVITE's 200 is acknowledged.
 * @param ackBody SDP of the ACK, when the INVITE asked for an offer
 */
export async function sendInDialog(
  dialog: Dialog,
  method: string,
  to: { port: number },
  body: string,
  ackBody: (offer: string) => string = () => '',
): Promise<SipResponse> {
  const socket = createSocket('udp4');
  after(() => socket.close());
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const via = `SIP/2.0/UDP 127.0.0.1:${socket.address().port}`;
  const request = dialog.request(method, via);
  request.headers.append('Contact', '<sip:pbx@127.0.0.1>');
  if (body !== '') request.headers.append('Content-Type', 'application/sdp');
  request.body = encodeBody(body);
  const response = await new Promise<SipResponse>((resolve) => {
    socket.on('message', (bytes) => {
      const message = parseMessage(bytes);
      if (message.kind === 'response' && message.statusCode >= 200) resolve(message);
    });
    socket.send(serializeMessage(request), to.port, '127.0.0.1');
  });
  if (method === 'INVITE' && response.statusCode < 300) {
    const ack = dialog.request('ACK', via, request.cseq.seq);
    const text = ackBody(response.bodyText);
    if (text !== '') ack.headers.append('Content-Type', 'application/sdp');
    ack.body = encodeBody(text);
    socket.send(serializeMessage(ack), to.port, '127.0.0.1');
  }
  return response;
}
