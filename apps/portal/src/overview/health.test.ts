import type { Line } from '@trunkline/contracts/lines.ts';
import { expect, test } from 'vitest';
import { healthOf } from './health.ts';

const line = (state: Line['state']['state'], useLine = true): Line => ({
  id: 'lin_x',
  lineGroupId: 'lgr_x',
  userName: '20',
  authUserName: null,
  number: '20',
  suffix: '',
  locationId: null,
  settledLocationId: 'loc_x',
  useLine,
  journal: true,
  privatePhone: false,
  isTrunkLine: false,
  forwardList: [],
  warnings: [],
  hasPassword: true,
  state: {
    state,
    reason: { category: 'none', sipCode: null, text: '' },
    since: '2026-11-23T09:00:00.000Z',
    nextAttemptAt: null,
  },
  users: [],
  createdAt: '2026-11-23T09:00:00.000Z',
  updatedAt: '2026-11-23T09:00:00.000Z',
  version: 1,
});

test('lines switched off on purpose are no trouble', () => {
  const health = healthOf([
    line('open'),
    line('failed'),
    line('failed', false),
    line('out_of_service', false),
    line('uninitialised'),
  ]);
  expect(health.total).toBe(3);
  expect(health.open).toBe(1);
  expect(health.failing).toHaveLength(1);
  expect(health.waiting).toHaveLength(1);
});
