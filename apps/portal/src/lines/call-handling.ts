import type { CallHandling } from '@trunkline/contracts/forwarding.ts';

/** Do not disturb and forwarding as their form holds them: an empty target is off. */
export interface HandlingValues {
  doNotDisturb: boolean;
  always: string;
  busy: string;
  noAnswer: string;
  noAnswerSeconds: number;
  signedOut: string;
}

export function valuesOfHandling({ doNotDisturb, forwarding }: CallHandling): HandlingValues {
  return {
    doNotDisturb,
    always: forwarding.always ?? '',
    busy: forwarding.busy ?? '',
    noAnswer: forwarding.noAnswer?.number ?? '',
    noAnswerSeconds: forwarding.noAnswer?.seconds ?? 15,
    signedOut: forwarding.signedOut ?? '',
  };
}

export function handlingOf(values: HandlingValues): CallHandling {
  const target = (text: string) => text.trim() || null;
  const noAnswer = target(values.noAnswer);
  return {
    doNotDisturb: values.doNotDisturb,
    forwarding: {
      always: target(values.always),
      busy: target(values.busy),
      noAnswer: noAnswer === null ? null : { number: noAnswer, seconds: values.noAnswerSeconds },
      signedOut: target(values.signedOut),
    },
  };
}

/** The form's field an error of the API stands at: `/forwarding/busy` is `busy`. */
export function fieldOfHandling(pointer: string): string {
  const [, first = '', second = '', third = ''] = pointer.split('/');
  if (first !== 'forwarding') return first;
  return second === 'noAnswer' && third === 'seconds' ? 'noAnswerSeconds' : second;
}
