import type { Page } from '@trunkline/contracts/pages.ts';
import type { PbxTemplate } from '@trunkline/contracts/pbx-templates.ts';
import { type Context, requireScope } from '../core/context.ts';
import { pbxTemplates } from './pbx-templates.ts';

/** The known telephone systems a line group can be made from, all on one page (LIN-003). */
export function listPbxTemplates(ctx: Context): Page<PbxTemplate> {
  requireScope(ctx, 'lines:read');
  return { items: [...pbxTemplates], nextCursor: null };
}
