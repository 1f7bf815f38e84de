/** What tests read of the OpenAPI document. */
export interface Operation {
  /** `GET /v1/users/{userId}`. */
  readonly name: string;
  readonly method: string;
  /** With its parameters in braces. */
  readonly path: string;
  /** Names of the parameters in the path. */
  readonly pathIds: readonly string[];
  /** JSON. */
  readonly takesBody: boolean;
  /** A CSV file. */
  readonly takesCsv: boolean;
  readonly tenantScoped: boolean;
  readonly statuses: readonly number[];
  /** Empty for routes that anybody may call. */
  readonly scope: string;
}

interface OpenApi {
  readonly paths: Record<
    string,
    Record<
      string,
      {
        parameters?: { in: string; name: string }[];
        requestBody?: { content: Record<string, unknown> };
        responses: Record<string, unknown>;
        security?: Record<string, string[]>[];
      }
    >
  >;
}

/** Every operation of the document that needs a caller. */
export function operationsOf(document: unknown): Operation[] {
  return Object.entries((document as OpenApi).paths).flatMap(([path, item]) =>
    Object.entries(item).flatMap(([method, operation]) => {
      const scope = operation.security?.find((one) => 'bearer' in one)?.bearer?.[0] ?? '';
      if (scope === '') return [];
      const names = operation.parameters ?? [];
      return [
        {
          name: `${method.toUpperCase()} ${path}`,
          method: method.toUpperCase(),
          path,
          pathIds: names.filter((one) => one.in === 'path').map((one) => one.name),
          takesBody: 'application/json' in (operation.requestBody?.content ?? {}),
          takesCsv: 'text/csv' in (operation.requestBody?.content ?? {}),
          tenantScoped: names.some((one) => one.name === 'Trunkline-Tenant'),
          statuses: Object.keys(operation.responses).map(Number),
          scope,
        },
      ];
    }),
  );
}

/** A path with its parameters filled in. */
export const fill = (path: string, values: Readonly<Record<string, string>>): string =>
  path.replace(/\{(\w+)\}/g, (_all, name: string) => encodeURIComponent(values[name] ?? name));
