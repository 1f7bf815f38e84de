import { z } from 'zod';

/**
 * Call-control functions an admin may switch per line group (LIN-026). What is off is never
 * offered and refused by the media node, whatever a client sends.
 */
export const callFunctions = [
  'dial',
  'answer',
  'reject',
  'hang_up',
  'hold',
  'consult',
  'toggle',
  'blind_transfer',
  'attended_transfer',
  'redirect',
  'pick_up',
  'forwarding',
  'do_not_disturb',
  'dtmf',
  'move',
] as const;
export const callFunction = z.enum(callFunctions);
export type CallFunction = z.infer<typeof callFunction>;

/** Three states a function: as the PBX template says, on, or off. */
export const functionSwitch = z.enum(['template', 'on', 'off']);
export const functionSwitches = z.partialRecord(callFunction, functionSwitch);
export type FunctionSwitches = z.infer<typeof functionSwitches>;
