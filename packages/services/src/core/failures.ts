import { TrunklineError } from '@trunkline/contracts/errors.ts';
import { databaseFailure } from '@trunkline/database/errors.ts';

/** Times a transaction is tried when it lost a race for locks. */
const attempts = 4;

/** Unique constraints whose breach has a code of its own. */
const uniqueCodes: Readonly<Record<string, 'alias_taken' | 'domain_taken'>> = {
  tenant_aliases_pkey: 'alias_taken',
  tenants_alias_key: 'alias_taken',
  domains_name_key: 'domain_taken',
  tenants_presence_domain_key: 'domain_taken',
};

/** Fields to point at, by constraint. */
const uniqueFields: Readonly<Record<string, string>> = {
  users_user_name: '/userName',
  locations_name: '/name',
  line_groups_name: '/name',
  lines_number: '/number',
  tenants_partner_id_external_reference_key: '/externalReference',
};

/** The error an API client is told for what the database refused; others pass unchanged. */
export function translateFailure(error: unknown): unknown {
  if (error instanceof TrunklineError) return error;
  const failure = databaseFailure(error);
  switch (failure?.kind) {
    case 'unique': {
      const pointer = uniqueFields[failure.constraint];
      return new TrunklineError(uniqueCodes[failure.constraint] ?? 'already_exists', {
        cause: error,
        ...(pointer ? { errors: [{ pointer, message: 'already taken' }] } : {}),
      });
    }
    case 'foreign_key':
      return new TrunklineError('still_in_use', { cause: error });
    case 'unfit_text':
      return new TrunklineError('invalid_request', {
        cause: error,
        errors: [{ pointer: '', message: 'text with a character that cannot be stored' }],
      });
    case 'retry':
    case 'unreachable':
      return new TrunklineError('unavailable', { cause: error, retryAfterSeconds: 1 });
    default:
      return error;
  }
}

/** Runs a transaction, again when it lost a race, and puts failures into our words. */
export async function guarded<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt < attempts && databaseFailure(error)?.kind === 'retry') continue;
      throw translateFailure(error);
    }
  }
}
