import { type SignedIn, type SignIn, signIn as schema } from '@trunkline/contracts/auth.ts';
import { TrunklineError } from '@trunkline/contracts/errors.ts';
import { isId, newId, type TenantId } from '@trunkline/contracts/ids.ts';
import { parse } from '@trunkline/contracts/parse.ts';
import type { TenantTransaction } from '@trunkline/database/tenancy.ts';
import { devices, sessions } from '@trunkline/database/tenant/sessions.ts';
import { passwordCredentials, users } from '@trunkline/database/tenant/users.ts';
import type { PasswordHasher } from '@trunkline/platform/password.ts';
import type { RateLimiter } from '@trunkline/platform/rate-limit.ts';
import { and, eq } from 'drizzle-orm';
import type { ControlContext } from '../core/context.ts';
import { changeTenant, readTenant } from '../core/tenant-work.ts';
import { routeAlias, routeDomain, routeTenant, type TenantRoute } from '../tenants/route.ts';
import type { UserRow } from '../users/user-resource.ts';
import { issueAccess, tokenTenant } from './issue-access.ts';
import { formatRefreshToken, makeRefreshSecret } from './refresh-token.ts';
import { sessionEnd } from './session-times.ts';

/** States whose users may sign in; suspended ones get the scope `emergency` (PLT-015). */
const open = new Set(['trial', 'active', 'past_due', 'suspended']);

/** A hash nobody's password has: checking against it takes as long as against a real one. */
const decoys = new WeakMap<PasswordHasher, Promise<string>>();
function decoyOf(hasher: PasswordHasher): Promise<string> {
  let decoy = decoys.get(hasher);
  if (!decoy) {
    decoy = hasher.hash(crypto.randomUUID());
    decoys.set(hasher, decoy);
  }
  return decoy;
}

export interface SignInResult {
  readonly signedIn: SignedIn;
  /** For the HttpOnly cookie only. */
  readonly refreshToken: string;
}

/**
 * Signs a user in with the UC password. An unknown tenant, an unknown user, a disabled one and a
 * wrong password look and take the same.
 * @param address the client's, for the rate limit
 * @throws TrunklineError `invalid_credentials`, `rate_limited`, `tenant_suspended`
 */
export async function signIn(
  ctx: ControlContext,
  input: unknown,
  address: string,
): Promise<SignInResult> {
  const wanted = parse(schema, input);
  takeFrom(ctx.signInLimits.address, address);
  const { userName, route } = await locate(ctx, wanted);
  const giveBack = takeAttempt(ctx, userName, route);
  const user = await authenticate(ctx, route, userName, wanted.password);
  giveBack();
  if (!route || !open.has(route.state)) throw new TrunklineError('tenant_suspended');
  return openSession({ ...ctx, tenantId: route.tenantId }, user, wanted);
}

function takeFrom(limiter: RateLimiter, key: string): void {
  const decision = limiter.take(key);
  if (!decision.ok)
    throw new TrunklineError('rate_limited', { retryAfterSeconds: decision.retryAfterSeconds });
}

/**
 * Counts the attempt before the password is looked at; a success is given back. The same account
 * is one key however it is written: by domain, by alias, by tenant id, with words nobody reads.
 */
function takeAttempt(ctx: ControlContext, userName: string, route: TenantRoute | null): () => void {
  const account = `${route?.tenantId ?? ''} ${userName}`;
  takeFrom(ctx.signInLimits.identity, account);
  return () => void ctx.signInLimits.identity.take(account, -1);
}

/** Splits the identity and finds its tenant: by presence domain, or by the alias or id given. */
async function locate(
  ctx: ControlContext,
  wanted: SignIn,
): Promise<{ userName: string; route: TenantRoute | null }> {
  const identity = wanted.identity.toLowerCase();
  const at = identity.lastIndexOf('@');
  const { router } = ctx.db;
  if (at >= 0) {
    const route = await routeDomain(router, identity.slice(at + 1));
    return { userName: identity.slice(0, at), route };
  }
  const { tenant } = wanted;
  if (!tenant) return { userName: identity, route: null };
  const route = isId('tenant', tenant)
    ? await routeTenant(router, tenant)
    : await routeAlias(router, tenant);
  return { userName: identity, route };
}

async function authenticate(
  ctx: ControlContext,
  route: TenantRoute | null,
  userName: string,
  password: string,
): Promise<UserRow> {
  const found = route ? await findUser({ ...ctx, tenantId: route.tenantId }, userName) : undefined;
  const matches = await ctx.hasher.verify(found?.hash ?? (await decoyOf(ctx.hasher)), password);
  if (!found?.hash || !matches || !found.user.enabled)
    throw new TrunklineError('invalid_credentials');
  return found.user;
}

async function findUser(ctx: ControlContext, userName: string) {
  return readTenant(ctx, async (tx) => {
    const [row] = await tx
      .select({ user: users, hash: passwordCredentials.hash })
      .from(users)
      .leftJoin(
        passwordCredentials,
        and(eq(passwordCredentials.tenantId, users.tenantId), eq(passwordCredentials.id, users.id)),
      )
      .where(eq(users.userName, userName));
    return row;
  });
}

async function openSession(
  ctx: ControlContext & { tenantId: TenantId },
  user: UserRow,
  wanted: SignIn,
): Promise<SignInResult> {
  const { tenantId } = ctx;
  const { secret, hash } = await makeRefreshSecret();
  const sessionId = newId('session');
  const signedIn = await changeTenant(ctx, async (tx, effects) => {
    const deviceId = await useDevice(tx, ctx, user, wanted);
    const now = ctx.clock.now();
    await tx.insert(sessions).values({
      tenantId,
      id: sessionId,
      userId: user.id,
      deviceId,
      currentHash: hash,
      rotatedAt: now,
      expiresAt: sessionEnd(now),
    });
    effects.audit('user.sign_in', user.id, { deviceId, sessionId });
    return issueAccess(ctx, user, await tokenTenant(tx), { id: sessionId, deviceId });
  });
  return { signedIn, refreshToken: formatRefreshToken({ tenantId, sessionId, secret }) };
}

/** The device the client names if it is this user's, else a new one. */
async function useDevice(
  tx: TenantTransaction,
  ctx: ControlContext & { tenantId: TenantId },
  user: UserRow,
  wanted: SignIn,
): Promise<string> {
  const now = ctx.clock.now();
  if (wanted.deviceId) {
    const known = await tx
      .update(devices)
      .set({ lastSeenAt: now, name: wanted.deviceName })
      .where(and(eq(devices.id, wanted.deviceId), eq(devices.userId, user.id)))
      .returning({ id: devices.id });
    if (known[0]) return known[0].id;
  }
  const id = newId('device');
  await tx
    .insert(devices)
    .values({ tenantId: ctx.tenantId, id, userId: user.id, name: wanted.deviceName });
  return id;
}
