import type { PbxTemplate } from '@trunkline/contracts/pbx-templates.ts';

/** General templates are named by their kind in the person's language, others by their vendor. */
export const isGeneral = (template: Pick<PbxTemplate, 'vendor'>): boolean =>
  template.vendor === 'Generic';

/** `Sangoma · Asterisk`; null for a general one, which its kind describes. */
export function productName(template: Pick<PbxTemplate, 'vendor' | 'name'>): string | null {
  return isGeneral(template) ? null : `${template.vendor} · ${template.name}`;
}
