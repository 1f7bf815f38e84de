export const groupViews = ['lines', 'settings', 'captures'] as const;
export type GroupView = (typeof groupViews)[number];

/** What the address of a group's page says; its lines when it says nothing. */
export function readGroupView(search: Record<string, unknown>): { view?: GroupView } {
  const view = groupViews.find((each) => each === search.view);
  return view && view !== 'lines' ? { view } : {};
}
