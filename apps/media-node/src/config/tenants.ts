import type { TenantId } from '@trunkline/contracts/ids.ts';
import {
  type ConfigDocument,
  type NodeTenantConfig,
  nodeTenantConfig,
} from '@trunkline/contracts/node-config.ts';
import { inconsistency, type LineEntry, type TenantModel, tenantModel } from './tenant-model.ts';

const sectionPrefix = 'tenant/';
/** Tenant states whose trunks are unregistered (PLT-015). */
const withoutTrunks: readonly string[] = ['cancelled', 'purging', 'purged'];

/** The payload of a tenant section, or the reason why it is none. */
function parseSection(
  document: ConfigDocument,
): { ok: true; config: NodeTenantConfig } | { ok: false; reason: string } {
  if (!document.section.startsWith(sectionPrefix))
    return { ok: false, reason: `unknown section ${document.section}` };
  const parsed = nodeTenantConfig.safeParse(document.payload);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return { ok: false, reason: `${issue?.path.join('.')}: ${issue?.message}` };
  }
  if (`${sectionPrefix}${parsed.data.tenant.id}` !== document.section)
    return { ok: false, reason: 'section and tenant do not match' };
  const wrong = inconsistency(parsed.data);
  return wrong === null ? { ok: true, config: parsed.data } : { ok: false, reason: wrong };
}

/** Why a document's payload cannot be used, or null (for the document store). */
export function checkTenantSection(document: ConfigDocument): string | null {
  const parsed = parseSection(document);
  return parsed.ok ? null : parsed.reason;
}

/** The tenants this node serves, by the documents in force. */
export class Tenants {
  private readonly models = new Map<TenantId, TenantModel>();
  private allLines: readonly LineEntry[] = [];

  /** Puts a document that passed `checkTenantSection` in force; payload null withdraws. */
  apply(document: ConfigDocument): void {
    if (document.payload === null) {
      this.models.delete(document.section.slice(sectionPrefix.length) as TenantId);
    } else {
      const parsed = parseSection(document);
      if (!parsed.ok) throw new Error(parsed.reason);
      this.models.set(parsed.config.tenant.id, tenantModel(parsed.config));
    }
    this.allLines = this.all()
      .filter((model) => !withoutTrunks.includes(model.state))
      .flatMap((model) => [...model.lines.values()]);
  }

  get(tenantId: TenantId): TenantModel | undefined {
    return this.models.get(tenantId);
  }

  all(): TenantModel[] {
    return [...this.models.values()];
  }

  /** Every line to be registered, of every tenant. */
  lines(): readonly LineEntry[] {
    return this.allLines;
  }
}
