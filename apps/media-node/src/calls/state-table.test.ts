import { describe, expect, test } from 'vitest';
import { type CallPhase, callInputs, callPhases, callTable, transition } from './state-table.ts';

const phases: readonly CallPhase[] = callPhases;
const live = phases.filter((phase) => phase !== 'ended');

function reachable(from: CallPhase): Set<CallPhase> {
  const seen = new Set<CallPhase>([from]);
  for (const phase of seen)
    for (const input of callInputs) {
      const step = transition(phase, input);
      if (step) seen.add(step.to);
    }
  return seen;
}

describe('call state table', () => {
  test.each(live)('%s can end, and a stopping node ends it', (phase) => {
    expect(reachable(phase)).toContain('ended');
    expect(transition(phase, 'shutdown')?.to).toBe('ended');
  });

  test.each(live)('%s survives the end of the PBX leg by ending', (phase) => {
    expect(transition(phase, 'pbxEnded')?.to).toBe('ended');
  });

  test('a call finishes exactly once: on every way into ended, and never inside it', () => {
    for (const phase of phases)
      for (const [input, step] of Object.entries(callTable[phase])) {
        const finishes = step.act.filter((action) => action === 'finish').length;
        const enters = step.to === 'ended' && phase !== 'ended';
        expect(finishes, `${phase} × ${input}`).toBe(enters ? 1 : 0);
      }
  });

  test('nothing leads out of ended', () => {
    expect(reachable('ended')).toEqual(new Set(['ended']));
  });

  test('a call talks only after the PBX answered or confirmed', () => {
    for (const phase of live)
      for (const [input, step] of Object.entries(callTable[phase]))
        if (step.to === 'talking' && phase !== 'talking')
          expect(['pbxAnswered', 'pbxConfirmed'], `${phase} × ${input}`).toContain(input);
  });

  test('an outgoing call never enters incoming states and the other way round', () => {
    const outgoing = reachable('placing');
    expect([...outgoing].sort()).toEqual(['ended', 'farRinging', 'placing', 'talking']);
    const incoming = reachable('offering');
    expect([...incoming].sort()).toEqual([
      'answering',
      'ended',
      'offering',
      'ringing',
      'talking',
      'unattended',
    ]);
  });

  test('whoever ends a standing call on our side, the PBX hears BYE', () => {
    for (const [input, step] of Object.entries(callTable.talking))
      if (input !== 'pbxEnded') expect(step.act, input).toContain('byePbx');
  });

  test('the 200 that crossed our CANCEL is ended by BYE', () => {
    expect(transition('ended', 'pbxAnswered')?.act).toEqual(['byePbx']);
  });
});
