/** One thing a page does, as others would do it through the API and the CLI. */
export interface ApiExample {
  method: 'GET' | 'POST' | 'PATCH';
  path: string;
  body?: unknown;
  /** The part of a tenant file that says the same, for `trunkline apply`. */
  file?: Readonly<Record<string, unknown>>;
}

const quote = (text: string) => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** A curl command; the key stays in the environment and out of the shell's history. */
export function asCurl({ method, path, body }: ApiExample, origin: string): string {
  const lines = [`curl -sS -X ${method} ${quote(origin + path)}`];
  lines.push(`-H "Authorization: Bearer $TRUNKLINE_API_KEY"`);
  lines.push(`-H "Trunkline-Tenant: $TRUNKLINE_TENANT"`);
  if (method === 'POST') lines.push('-H "Idempotency-Key: $(uuidgen)"');
  if (body !== undefined) {
    lines.push(`-H 'Content-Type: application/json'`);
    lines.push(`-d ${quote(JSON.stringify(body))}`);
  }
  return lines.join(' \\\n  ');
}

/** A scalar as YAML: JSON strings are YAML strings. */
function scalar(value: unknown): string {
  if (typeof value === 'string' && /^[A-Za-z][A-Za-z0-9 _./-]*$/.test(value)) {
    if (!/^(?:true|false|null|yes|no|on|off|y|n)$/i.test(value) && !value.endsWith(' '))
      return value;
  }
  return JSON.stringify(value);
}

/** Block YAML of plain objects, lists and scalars. */
export function asYaml(value: unknown, indent = ''): string {
  if (Array.isArray(value)) {
    if (value.length === 0) return ' []';
    return value
      .map((item) => {
        const text = asYaml(item, `${indent}  `);
        // The first key of an object stands on the line of its dash.
        return `\n${indent}-${text.startsWith('\n') ? ` ${text.trimStart()}` : text}`;
      })
      .join('');
  }
  if (typeof value === 'object' && value !== null)
    return Object.entries(value)
      .filter(([, each]) => each !== undefined)
      .map(([key, each]) => `\n${indent}${key}:${asYaml(each, `${indent}  `)}`)
      .join('');
  return ` ${scalar(value)}`;
}

export interface TenantHead {
  alias: string;
  displayName: string;
  firstAdmin: { userName: string; displayName: string };
}

/** A tenant file with this part, and the command that shows what it would change. */
export function asCli(example: ApiExample, tenant: TenantHead, origin: string): string {
  const file = asYaml({ tenant, ...example.file }).trimStart();
  return [
    `cat > tenant.yaml <<'EOF'`,
    file,
    'EOF',
    `trunkline apply tenant.yaml --dry-run --api ${quote(origin)}`,
  ].join('\n');
}
