/** From the type of PBX to a line that is registered (LIN-003, LIN-005, LIN-047). */
export const steps = ['type', 'connection', 'location', 'lines', 'test'] as const;
export type Step = (typeof steps)[number];
