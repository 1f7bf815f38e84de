/**
 * The one registry of stable error codes. A code never changes its meaning; texts may.
 * No imports: the web apps use it as it is.
 */
export interface ErrorDefinition {
  /** HTTP status of the problem document (RFC 9457). */
  readonly status: number;
  readonly title: { readonly de: string; readonly en: string };
}

export const errorRegistry = {
  invalid_request: {
    status: 400,
    title: {
      de: 'Die Anfrage enthält ungültige Angaben.',
      en: 'The request contains invalid data.',
    },
  },
  malformed_json: {
    status: 400,
    title: { de: 'Die Anfrage ist kein gültiges JSON.', en: 'The request is not valid JSON.' },
  },
  idempotency_key_missing: {
    status: 400,
    title: {
      de: 'Der Header Idempotency-Key fehlt.',
      en: 'The Idempotency-Key header is missing.',
    },
  },
  tenant_header_missing: {
    status: 400,
    title: {
      de: 'Der Header Trunkline-Tenant fehlt.',
      en: 'The Trunkline-Tenant header is missing.',
    },
  },
  unauthenticated: {
    status: 401,
    title: { de: 'Bitte melden Sie sich an.', en: 'Please sign in.' },
  },
  invalid_credentials: {
    status: 401,
    title: {
      de: 'Benutzername oder Passwort ist falsch.',
      en: 'The user name or password is wrong.',
    },
  },
  session_expired: {
    status: 401,
    title: {
      de: 'Die Sitzung ist abgelaufen. Bitte melden Sie sich erneut an.',
      en: 'The session has expired. Please sign in again.',
    },
  },
  missing_scope: {
    status: 403,
    title: { de: 'Dafür fehlt die Berechtigung.', en: 'You lack the permission for this.' },
  },
  tenant_suspended: {
    status: 403,
    title: {
      de: 'Dieser Mandant ist gesperrt. Notrufe bleiben möglich.',
      en: 'This tenant is suspended. Emergency calls remain possible.',
    },
  },
  origin_not_allowed: {
    status: 403,
    title: {
      de: 'Anfragen von dieser Herkunft sind nicht erlaubt.',
      en: 'Requests from this origin are not allowed.',
    },
  },
  not_found: { status: 404, title: { de: 'Nicht gefunden.', en: 'Not found.' } },
  method_not_allowed: {
    status: 405,
    title: { de: 'Diese Methode ist hier nicht erlaubt.', en: 'This method is not allowed here.' },
  },
  domain_taken: {
    status: 409,
    title: { de: 'Diese Domäne ist bereits vergeben.', en: 'This domain is already taken.' },
  },
  alias_taken: {
    status: 409,
    title: { de: 'Dieser Alias ist bereits vergeben.', en: 'This alias is already taken.' },
  },
  already_exists: {
    status: 409,
    title: { de: 'Das gibt es bereits.', en: 'This already exists.' },
  },
  still_in_use: {
    status: 409,
    title: { de: 'Das wird noch verwendet.', en: 'This is still in use.' },
  },
  illegal_transition: {
    status: 409,
    title: {
      de: 'Dieser Zustandswechsel ist nicht möglich.',
      en: 'This state change is not possible.',
    },
  },
  last_owner: {
    status: 409,
    title: {
      de: 'Mindestens ein aktiver Inhaber muss bleiben.',
      en: 'At least one active owner must remain.',
    },
  },
  idempotency_in_progress: {
    status: 409,
    title: {
      de: 'Dieselbe Anfrage läuft noch.',
      en: 'The same request is still being processed.',
    },
  },
  precondition_failed: {
    status: 412,
    title: {
      de: 'Jemand hat den Eintrag inzwischen geändert. Bitte laden Sie neu.',
      en: 'Somebody changed this in the meantime. Please reload.',
    },
  },
  payload_too_large: {
    status: 413,
    title: { de: 'Die Anfrage ist zu groß.', en: 'The request is too large.' },
  },
  idempotency_key_reused: {
    status: 422,
    title: {
      de: 'Dieser Idempotency-Key wurde für eine andere Anfrage benutzt.',
      en: 'This Idempotency-Key was used for a different request.',
    },
  },
  rate_limited: {
    status: 429,
    title: {
      de: 'Zu viele Anfragen. Bitte versuchen Sie es gleich noch einmal.',
      en: 'Too many requests. Please try again shortly.',
    },
  },
  internal: {
    status: 500,
    title: {
      de: 'Bei uns ist ein Fehler aufgetreten. Wir haben ihn protokolliert.',
      en: 'Something went wrong on our side. It has been logged.',
    },
  },
  unavailable: {
    status: 503,
    title: {
      de: 'Der Dienst ist gerade nicht erreichbar. Bitte versuchen Sie es gleich noch einmal.',
      en: 'The service is not reachable right now. Please try again shortly.',
    },
  },
  // Realtime and call control: carried in frames, the status is what HTTP would say.
  protocol_error: {
    status: 400,
    title: {
      de: 'Client und Dienst verstehen sich nicht. Bitte laden Sie die Seite neu.',
      en: 'Client and service do not understand each other. Please reload the page.',
    },
  },
  protocol_version_unsupported: {
    status: 400,
    title: {
      de: 'Diese Programmversion ist zu alt. Bitte laden Sie die Seite neu.',
      en: 'This version of the app is too old. Please reload the page.',
    },
  },
  number_invalid: {
    status: 422,
    title: {
      de: 'Das ist keine wählbare Rufnummer.',
      en: 'This is not a number that can be dialled.',
    },
  },
  target_is_code: {
    status: 422,
    title: {
      de: 'Ein Code der Telefonanlage kann kein Ziel sein.',
      en: 'A code of the telephone system cannot be a target.',
    },
  },
  no_line: {
    status: 409,
    title: {
      de: 'Ihnen ist keine Leitung zugewiesen. Ihr Administrator kann das ändern.',
      en: 'No line is assigned to you. Your administrator can change that.',
    },
  },
  line_not_ready: {
    status: 503,
    title: {
      de: 'Ihre Leitung ist an der Telefonanlage nicht angemeldet.',
      en: 'Your line is not registered at the telephone system.',
    },
  },
  no_media_node: {
    status: 503,
    title: {
      de: 'Der Telefondienst ist gerade nicht erreichbar.',
      en: 'The telephony service is not reachable right now.',
    },
  },
  media_failed: {
    status: 503,
    title: {
      de: 'Die Sprachverbindung konnte nicht aufgebaut werden.',
      en: 'The audio connection could not be set up.',
    },
  },
  function_off: {
    status: 403,
    title: {
      de: 'Diese Funktion ist für Ihre Leitung nicht eingeschaltet.',
      en: 'This function is not switched on for your line.',
    },
  },
  nothing_to_pick_up: {
    status: 409,
    title: {
      de: 'Hier klingelt kein Anruf mehr, den Sie heranholen können.',
      en: 'There is no ringing call here that you could pick up.',
    },
  },
  transfer_failed: {
    status: 409,
    title: {
      de: 'Das Vermitteln hat nicht geklappt. Das Gespräch ist wieder bei Ihnen.',
      en: 'The transfer did not work. The call is back with you.',
    },
  },
  forward_failed: {
    status: 409,
    title: {
      de: 'Der Anruf konnte nicht weitergeleitet werden.',
      en: 'The call could not be forwarded.',
    },
  },
  destination_blocked: {
    status: 403,
    title: {
      de: 'Dieses Ziel ist für Ihr Unternehmen gesperrt.',
      en: 'This destination is blocked for your company.',
    },
  },
  call_limit: {
    status: 429,
    title: {
      de: 'Die Anrufgrenze Ihres Unternehmens ist erreicht. Notrufe bleiben möglich.',
      en: 'The call limit of your company is reached. Emergency calls remain possible.',
    },
  },
  file_unreadable: {
    status: 400,
    title: { de: 'Die Datei ist nicht lesbar.', en: 'The file cannot be read.' },
  },
  capture_running: {
    status: 409,
    title: {
      de: 'Für diese Leitungsgruppe läuft bereits eine Aufzeichnung.',
      en: 'A capture is already running for this line group.',
    },
  },
  call_gone: {
    status: 409,
    title: { de: 'Dieser Anruf besteht nicht mehr.', en: 'This call no longer exists.' },
  },
  call_state: {
    status: 409,
    title: {
      de: 'Das ist im jetzigen Zustand des Anrufs nicht möglich.',
      en: 'This is not possible in the current state of the call.',
    },
  },
  too_many_calls: {
    status: 429,
    title: { de: 'Zu viele gleichzeitige Anrufe.', en: 'Too many calls at the same time.' },
  },
} as const satisfies Record<string, ErrorDefinition>;

export type ErrorCode = keyof typeof errorRegistry;

/** One invalid field of a request: where it is (JSON pointer) and what is wrong. */
export interface FieldError {
  readonly pointer: string;
  readonly message: string;
  /** Stable where a program may want to tell errors of one field apart. */
  readonly code?: string;
}

/** RFC 9457 problem document as every Trunkline API sends it. */
export interface Problem {
  readonly type: string;
  readonly code: ErrorCode;
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  readonly errors?: readonly FieldError[];
  readonly traceId?: string;
  /** The missing scope, with `missing_scope` (PLT-052). */
  readonly scope?: string;
}

/** The error that carries a stable code through every layer. */
export class TrunklineError extends Error {
  readonly code: ErrorCode;
  readonly detail: string | undefined;
  readonly errors: readonly FieldError[] | undefined;
  readonly scope: string | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: ErrorCode,
    options: {
      detail?: string;
      errors?: readonly FieldError[];
      scope?: string;
      retryAfterSeconds?: number;
      cause?: unknown;
    } = {},
  ) {
    super(options.detail ?? errorRegistry[code].title.en, { cause: options.cause });
    this.name = 'TrunklineError';
    this.code = code;
    this.detail = options.detail;
    this.errors = options.errors;
    this.scope = options.scope;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** Makes the problem document of a code in one of our languages. */
export function problemOf(
  code: ErrorCode,
  language: 'de' | 'en',
  extra: Partial<Pick<Problem, 'detail' | 'errors' | 'traceId' | 'scope'>> = {},
): Problem {
  const definition = errorRegistry[code];
  return {
    type: `urn:trunkline:error:${code}`,
    code,
    title: definition.title[language],
    status: definition.status,
    ...extra,
  };
}
