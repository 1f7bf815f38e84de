/**
 * The login roles. None owns a table or bypasses row security; migrations run as the owner of the
 * database, which no running process uses.
 */
export const loginRoles = {
  app: 'trunkline_app',
  router: 'trunkline_router',
  worker: 'trunkline_worker',
  operator: 'trunkline_operator',
} as const;
export type LoginRole = keyof typeof loginRoles;
