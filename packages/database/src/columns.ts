import { timestamp } from 'drizzle-orm/pg-core';

/** An instant, UTC, millisecond precision (`timestamptz(3)`), as a `Date`. */
export const instantColumn = (name: string) =>
  timestamp(name, { withTimezone: true, precision: 3, mode: 'date' });

/** Created and changed, both set by the database on insert. */
export const stamps = {
  createdAt: instantColumn('created_at').notNull().defaultNow(),
  updatedAt: instantColumn('updated_at').notNull().defaultNow(),
};
