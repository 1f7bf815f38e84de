import { describe, expect, test } from 'vitest';
import {
  type CallAction,
  type CallInput,
  type CallPhase,
  callInputs,
  callPhases,
  callTable,
  transition,
} from './state-table.ts';

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

  test.each(live.filter((phase) => !phase.startsWith('following')))(
    '%s ends with the PBX leg',
    (phase) => {
      expect(transition(phase, 'pbxEnded')?.to).toBe('ended');
    },
  );

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

  test('a call talks only after the PBX answered or confirmed, or comes back from a transfer', () => {
    for (const phase of live)
      for (const [input, step] of Object.entries(callTable[phase]))
        if (step.to === 'talking' && phase !== 'talking')
          expect(
            step.act.includes('noteReturned')
              ? ['referring', 'consulting', 'joining', 'following']
              : [phase],
            `${phase} × ${input}`,
          ).toContain(phase);
    for (const [input, step] of [
      ...Object.entries(callTable.placing),
      ...Object.entries(callTable.answering),
    ])
      if (step.to === 'talking')
        expect(['pbxAnswered', 'pbxConfirmed', 'replaced']).toContain(input);
  });

  test('an outgoing call never enters incoming states and the other way round', () => {
    const both = [
      'consulting',
      'ended',
      'following',
      'followingOn',
      'handedOver',
      'joined',
      'joining',
      'referring',
      'talking',
    ];
    expect([...reachable('placing')].sort()).toEqual([...both, 'farRinging', 'placing'].sort());
    expect([...reachable('offering')].sort()).toEqual(
      [
        ...both,
        'answering',
        'bridging',
        'deflecting',
        'forwarding',
        'offering',
        'ringing',
        'unattended',
      ].sort(),
    );
  });

  test('the 200 that crossed our CANCEL is ended by BYE', () => {
    expect(transition('ended', 'pbxAnswered')?.act).toEqual(['byePbx']);
    expect(transition('ended', 'farAnswered')?.act).toEqual(['byeFar']);
  });
});

/** A leg on the wire: not there, unanswered, 200 sent without ACK yet, standing, over. */
type Wire = 'none' | 'early' | 'waitAck' | 'up' | 'gone';
interface World {
  phase: CallPhase;
  near: Wire;
  far: Wire;
}

/** What an input says about the legs; undefined when the wire cannot bring it now. */
function told(world: World, input: CallInput): World | undefined {
  const { phase, near, far } = world;
  const nearWas = (...states: Wire[]) => states.includes(near);
  const farWas = (...states: Wire[]) => states.includes(far);
  switch (input) {
    case 'pbxProgress':
      return nearWas('early') ? world : undefined;
    case 'pbxAnswered':
      return nearWas('early') ? { ...world, near: 'up' } : undefined;
    case 'pbxFailed':
    case 'pbxCancelled':
      return nearWas('early') ? { ...world, near: 'gone' } : undefined;
    case 'pbxConfirmed':
      return nearWas('waitAck') ? { ...world, near: 'up' } : undefined;
    case 'pbxUnconfirmed':
      return nearWas('waitAck') ? world : undefined;
    case 'pbxEnded':
      return nearWas('up', 'waitAck') ? { ...world, near: 'gone' } : undefined;
    // Nothing fails any more once our 200 has left.
    case 'answerFailed':
      return nearWas('early') ? world : undefined;
    case 'forwardTried':
    case 'transferCalled':
    case 'referTaken':
      return { ...world, far: 'early' };
    case 'transferJoined':
      return { ...world, far: 'up' };
    case 'farProgress':
      return farWas('early') ? world : undefined;
    case 'farAnswered':
      return farWas('early') ? { ...world, far: 'up' } : undefined;
    case 'farFailed':
      return farWas('early') ? { ...world, far: 'gone' } : undefined;
    case 'farEnded':
      return farWas('up') ? { ...world, far: 'gone' } : undefined;
    // The leg that takes the place stands.
    case 'replaced':
      return { ...world, near: 'up' };
    case 'absorbed':
      return { ...world, near: 'gone' };
    default:
      return phase === 'ended' ? undefined : world;
  }
}

function done(world: World, action: CallAction): World {
  switch (action) {
    case 'cancelPbx':
      return { ...world, near: 'gone' };
    case 'byePbx':
      return { ...world, near: 'gone' };
    case 'refusePbx':
    case 'redirectPbx':
      return world.near === 'early' ? { ...world, near: 'gone' } : world;
    case 'cancelFar':
      return { ...world, far: world.far === 'none' ? 'none' : 'gone' };
    case 'byeFar':
      return { ...world, far: 'gone' };
    case 'takeFar':
      return { ...world, near: world.far, far: 'none' };
    default:
      return world;
  }
}

describe('every way through the table, with the legs on the wire', () => {
  test.each([
    ['placing', 'early'],
    ['offering', 'early'],
  ] as const)('from %s no leg is left standing when the call has ended', (phase, near) => {
    const start: World = { phase, near, far: 'none' };
    const seen = new Map<string, string>();
    const queue: [World, string][] = [[start, phase]];
    for (let next = queue.pop(); next; next = queue.pop()) {
      const [world, path] = next;
      const key = JSON.stringify(world);
      if (seen.has(key)) continue;
      seen.set(key, path);
      if (world.phase === 'ended') {
        expect(['none', 'gone'], path).toContain(world.near);
        expect(['none', 'gone'], path).toContain(world.far);
        continue;
      }
      // Our 200 leaves at some time while we answer.
      if (['answering', 'bridging', 'deflecting'].includes(world.phase) && world.near === 'early')
        queue.push([{ ...world, near: 'waitAck' }, `${path} 200`]);
      for (const input of callInputs) {
        const step = transition(world.phase, input);
        const before = step && told(world, input);
        if (!step || !before) continue;
        const after = step.act.reduce(done, { ...before, phase: step.to });
        queue.push([after, `${path} ${input}`]);
      }
    }
    expect(seen.size).toBeGreaterThan(10);
  });

  test('a joined call has two legs that stand', () => {
    for (const phase of live)
      for (const [input, step] of Object.entries(callTable[phase]))
        if (step.to === 'joined' && phase !== 'joined')
          expect(
            phase === 'joining'
              ? ['transferJoined', 'userHangsUp', 'clientLost']
              : ['farAnswered', 'pbxConfirmed', 'transferJoined'],
            phase,
          ).toContain(input);
  });
});
