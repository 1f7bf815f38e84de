/** What outbox rows say. Ids only: whoever hears it reads the truth from the database. */
export interface OutboxTopics {
  /** People, numbers, names or rights changed. */
  'directory.changed': Record<string, never>;
  /** What media nodes know of this tenant changed. */
  'config.changed': Record<string, never>;
  'journal.changed': { entryId: string; userId: string };
  'session.ended': { sessionId: string };
  'line.reset': { lineId: string; lineGroupId: string };
  'line.watch': { lineId: string; lineGroupId: string; until: string };
}
