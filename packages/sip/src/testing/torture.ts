import { parseMessage } from '../message/parse.ts';
import { ParseError } from '../message/parse-error.ts';
import { validate } from '../message/validate.ts';
import { Simulation } from './simulation.ts';
import type { TortureRow, Verdict } from './torture-verdicts.ts';

/** What parser and validation say of a message. */
export function judge(bytes: Uint8Array): Verdict {
  try {
    validate(parseMessage(bytes));
    return 'accept';
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    return error.partial === undefined ? 'drop' : error.status;
  }
}

/** Sends the bytes to a user agent that is a registrar too and is busy for every call. */
export async function answerOf(bytes: Uint8Array): Promise<number | 'silence'> {
  const simulation = new Simulation();
  const { endpoint, log } = await simulation.endpoint('10.0.0.1');
  endpoint.onInvite((call) => call.reject(486));
  endpoint.onRegister((register) => register.accept([]));
  const sender = { address: '10.0.0.9', port: 5060 };
  const wire = simulation.network.open(sender, { received: () => {}, broken: () => {} });
  wire.send(bytes, { transport: 'udp', address: '10.0.0.1', port: 5060 }, () => {});
  await simulation.run(100);
  await endpoint.close();
  const finals = log.events.flatMap(({ direction, message }) =>
    direction === 'out' && message?.kind === 'response' && message.statusCode >= 200
      ? [message.statusCode]
      : [],
  );
  if (finals.length > 1) throw new Error('more than one final response');
  return finals[0] ?? 'silence';
}

/** The rows as a Markdown table. */
export function verdictTable(rows: readonly TortureRow[]): string {
  const section = (why: string) => why.slice(0, why.indexOf(' '));
  const reason = (why: string) => why.slice(why.indexOf(' ') + 1);
  return [
    '| § | message | parser | user agent | reason |',
    '| --- | --- | --- | --- | --- |',
    ...rows.map(
      ([name, message, agent, why]) =>
        `| ${section(why)} | ${name} | ${message} | ${agent} | ${reason(why)} |`,
    ),
  ].join('\n');
}
