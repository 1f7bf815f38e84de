-- Schema tenant: everything of one tenant. Each table: tenant_id, primary key (tenant_id, id),
-- composite foreign keys (their checks bypass row security), FORCE row-level security (0003).
CREATE SCHEMA tenant;

CREATE TABLE tenant.users (
  tenant_id    text COLLATE "C" NOT NULL CHECK (tenant_id LIKE 'ten\_%'),
  id           text COLLATE "C" NOT NULL CHECK (id LIKE 'usr\_%'),
  user_name    text COLLATE "C" NOT NULL CHECK (user_name = lower(user_name)),
  display_name text NOT NULL,
  email        text,
  roles        text[] NOT NULL DEFAULT '{}',
  language     text CHECK (language IN ('de', 'en')),
  enabled      boolean NOT NULL DEFAULT true,
  created_at   timestamptz(3) NOT NULL DEFAULT now(),
  updated_at   timestamptz(3) NOT NULL DEFAULT now(),
  version      integer NOT NULL DEFAULT 1,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT users_user_name UNIQUE (tenant_id, user_name)
);

-- id = '<user id>/<slot>'.
CREATE TABLE tenant.user_phones (
  tenant_id  text COLLATE "C" NOT NULL,
  id         text COLLATE "C" NOT NULL,
  user_id    text COLLATE "C" NOT NULL,
  slot       text NOT NULL CHECK (slot IN ('business', 'phone1', 'phone2', 'mobile', 'mailbox')),
  -- As entered, and without the characters that only group digits: what binds lines (USR-015).
  number     text NOT NULL,
  normalised text COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, user_id, slot),
  FOREIGN KEY (tenant_id, user_id) REFERENCES tenant.users (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX user_phones_number ON tenant.user_phones (tenant_id, normalised);

-- id = user id.
CREATE TABLE tenant.password_credentials (
  tenant_id  text COLLATE "C" NOT NULL,
  id         text COLLATE "C" NOT NULL,
  hash       text NOT NULL,
  updated_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, id) REFERENCES tenant.users (tenant_id, id) ON DELETE CASCADE
);

CREATE TABLE tenant.devices (
  tenant_id    text COLLATE "C" NOT NULL,
  id           text COLLATE "C" NOT NULL CHECK (id LIKE 'dev\_%'),
  user_id      text COLLATE "C" NOT NULL,
  name         text NOT NULL,
  created_at   timestamptz(3) NOT NULL DEFAULT now(),
  last_seen_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, user_id) REFERENCES tenant.users (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX devices_user ON tenant.devices (tenant_id, user_id);

-- A family of refresh tokens: only hashes of the current and the previous one are kept.
CREATE TABLE tenant.sessions (
  tenant_id     text COLLATE "C" NOT NULL,
  id            text COLLATE "C" NOT NULL CHECK (id LIKE 'ses\_%'),
  user_id       text COLLATE "C" NOT NULL,
  device_id     text COLLATE "C" NOT NULL,
  current_hash  text NOT NULL,
  previous_hash text,
  rotated_at    timestamptz(3) NOT NULL,
  expires_at    timestamptz(3) NOT NULL,
  revoked_at    timestamptz(3),
  revoke_reason text,
  created_at    timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, user_id) REFERENCES tenant.users (tenant_id, id) ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, device_id) REFERENCES tenant.devices (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX sessions_user ON tenant.sessions (tenant_id, user_id);
CREATE INDEX sessions_device ON tenant.sessions (tenant_id, device_id);

CREATE TABLE tenant.locations (
  tenant_id           text COLLATE "C" NOT NULL CHECK (tenant_id LIKE 'ten\_%'),
  id                  text COLLATE "C" NOT NULL CHECK (id LIKE 'loc\_%'),
  name                text NOT NULL,
  country_code        text NOT NULL,
  area_code           text NOT NULL,
  uses_pbx            boolean NOT NULL,
  exchange_type       text NOT NULL CHECK (exchange_type IN ('ddi', 'msn')),
  base_number         text NOT NULL,
  ddi_from            text,
  ddi_to              text,
  internal_length_min integer NOT NULL,
  internal_length_max integer NOT NULL,
  access_code         text NOT NULL,
  time_zone           text NOT NULL,
  created_at          timestamptz(3) NOT NULL DEFAULT now(),
  updated_at          timestamptz(3) NOT NULL DEFAULT now(),
  version             integer NOT NULL DEFAULT 1,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT locations_name UNIQUE (tenant_id, name)
);

CREATE TABLE tenant.line_groups (
  tenant_id              text COLLATE "C" NOT NULL CHECK (tenant_id LIKE 'ten\_%'),
  id                     text COLLATE "C" NOT NULL CHECK (id LIKE 'lgr\_%'),
  name                   text NOT NULL,
  registrar_host         text NOT NULL,
  registrar_port         integer NOT NULL,
  domain                 text,
  transport              text NOT NULL,
  expires_seconds        integer NOT NULL,
  register_delay_ms      integer NOT NULL,
  location_id            text COLLATE "C" NOT NULL,
  journal                boolean NOT NULL,
  not_signed_in_response integer NOT NULL,
  -- 'client' or a SIP status.
  reject_response        text NOT NULL,
  hide_reject_button     boolean NOT NULL,
  created_at             timestamptz(3) NOT NULL DEFAULT now(),
  updated_at             timestamptz(3) NOT NULL DEFAULT now(),
  version                integer NOT NULL DEFAULT 1,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT line_groups_name UNIQUE (tenant_id, name),
  CONSTRAINT line_groups_location FOREIGN KEY (tenant_id, location_id)
    REFERENCES tenant.locations (tenant_id, id)
);
CREATE INDEX line_groups_location ON tenant.line_groups (tenant_id, location_id);

CREATE TABLE tenant.lines (
  tenant_id       text COLLATE "C" NOT NULL,
  id              text COLLATE "C" NOT NULL CHECK (id LIKE 'lin\_%'),
  line_group_id   text COLLATE "C" NOT NULL,
  user_name       text NOT NULL,
  auth_user_name  text,
  -- Sealed with the tenant's data key; write-only in the API (LIN-052).
  sealed_password text,
  number          text COLLATE "C" NOT NULL,
  suffix          text COLLATE "C" NOT NULL,
  -- Number and suffix as the location makes them: what a user's number is compared with (LIN-090).
  full_number     text COLLATE "C" NOT NULL,
  use_line        boolean NOT NULL,
  journal         boolean NOT NULL,
  private_phone   boolean NOT NULL,
  created_at      timestamptz(3) NOT NULL DEFAULT now(),
  updated_at      timestamptz(3) NOT NULL DEFAULT now(),
  version         integer NOT NULL DEFAULT 1,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT lines_number UNIQUE (tenant_id, line_group_id, number, suffix),
  CONSTRAINT lines_line_group FOREIGN KEY (tenant_id, line_group_id)
    REFERENCES tenant.line_groups (tenant_id, id)
);
CREATE INDEX lines_full_number ON tenant.lines (tenant_id, full_number);

-- id = line id. As the media node reported it last.
CREATE TABLE tenant.line_states (
  tenant_id       text COLLATE "C" NOT NULL,
  id              text COLLATE "C" NOT NULL,
  state           text NOT NULL CHECK (state IN ('open', 'failed', 'out_of_service', 'uninitialised')),
  reason          jsonb NOT NULL,
  since           timestamptz(3) NOT NULL,
  next_attempt_at timestamptz(3),
  -- Position in the node's stream: a repeated older event changes nothing.
  node_id         text COLLATE "C" NOT NULL,
  boot_epoch      bigint NOT NULL,
  seq             bigint NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, id) REFERENCES tenant.lines (tenant_id, id) ON DELETE CASCADE
);

CREATE TABLE tenant.line_assignments (
  tenant_id  text COLLATE "C" NOT NULL,
  id         text COLLATE "C" NOT NULL CHECK (id LIKE 'las\_%'),
  line_id    text COLLATE "C" NOT NULL,
  user_id    text COLLATE "C" NOT NULL,
  slot       text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, line_id, user_id, slot),
  FOREIGN KEY (tenant_id, line_id) REFERENCES tenant.lines (tenant_id, id) ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, user_id) REFERENCES tenant.users (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX line_assignments_user ON tenant.line_assignments (tenant_id, user_id);

-- id = user id.
CREATE TABLE tenant.presence_manual (
  tenant_id  text COLLATE "C" NOT NULL,
  id         text COLLATE "C" NOT NULL,
  state      text CHECK (state IN ('available', 'busy', 'away', 'do_not_disturb', 'appear_offline')),
  note       text NOT NULL,
  until      timestamptz(3),
  updated_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, id) REFERENCES tenant.users (tenant_id, id) ON DELETE CASCADE
);

-- The flight recorder: append-only, one numbered stream per boot of a node.
CREATE TABLE tenant.call_events (
  tenant_id   text COLLATE "C" NOT NULL CHECK (tenant_id LIKE 'ten\_%'),
  id          text COLLATE "C" NOT NULL CHECK (id LIKE 'evt\_%'),
  call_id     text COLLATE "C",
  node_id     text COLLATE "C" NOT NULL,
  boot_epoch  bigint NOT NULL,
  seq         bigint NOT NULL,
  occurred_at timestamptz(3) NOT NULL,
  schema      integer NOT NULL,
  type        text NOT NULL,
  data        jsonb NOT NULL,
  stored_at   timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT call_events_position UNIQUE (tenant_id, node_id, boot_epoch, seq)
);
CREATE INDEX call_events_call ON tenant.call_events (tenant_id, call_id, occurred_at);

CREATE TABLE tenant.journal_entries (
  tenant_id     text COLLATE "C" NOT NULL,
  id            text COLLATE "C" NOT NULL CHECK (id LIKE 'jrn\_%'),
  user_id       text COLLATE "C" NOT NULL,
  call_id       text COLLATE "C" NOT NULL,
  line_id       text COLLATE "C",
  direction     text NOT NULL CHECK (direction IN ('incoming', 'outgoing')),
  result        text NOT NULL,
  remote_number text,
  remote_name   text,
  line_number   text NOT NULL,
  started_at    timestamptz(3) NOT NULL,
  answered_at   timestamptz(3),
  ended_at      timestamptz(3) NOT NULL,
  duration_ms   integer NOT NULL CHECK (duration_ms >= 0),
  ended_by      text NOT NULL,
  sip_code      integer,
  cause         text NOT NULL,
  unanswered    boolean NOT NULL,
  seen          boolean NOT NULL DEFAULT false,
  private       boolean NOT NULL,
  note          text NOT NULL DEFAULT '',
  created_at    timestamptz(3) NOT NULL DEFAULT now(),
  updated_at    timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id),
  -- A repeated event makes no second entry.
  CONSTRAINT journal_entries_call UNIQUE (tenant_id, call_id, user_id),
  FOREIGN KEY (tenant_id, user_id) REFERENCES tenant.users (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX journal_entries_user ON tenant.journal_entries (tenant_id, user_id, started_at DESC, id DESC);

CREATE TABLE tenant.audit (
  tenant_id  text COLLATE "C" NOT NULL CHECK (tenant_id LIKE 'ten\_%'),
  id         text COLLATE "C" NOT NULL CHECK (id LIKE 'aud\_%'),
  at         timestamptz(3) NOT NULL DEFAULT now(),
  actor_kind text NOT NULL,
  actor_id   text,
  action     text NOT NULL,
  target_id  text,
  changes    jsonb NOT NULL DEFAULT '{}',
  trace_id   text,
  PRIMARY KEY (tenant_id, id)
);

-- What the rest of the platform must learn of a change; written in the transaction of the change.
CREATE TABLE tenant.outbox (
  tenant_id    text COLLATE "C" NOT NULL CHECK (tenant_id LIKE 'ten\_%'),
  id           text COLLATE "C" NOT NULL CHECK (id LIKE 'obx\_%'),
  topic        text NOT NULL,
  payload      jsonb NOT NULL,
  attempts     integer NOT NULL DEFAULT 0,
  available_at timestamptz(3) NOT NULL DEFAULT now(),
  created_at   timestamptz(3) NOT NULL DEFAULT now(),
  traceparent  text,
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX outbox_due ON tenant.outbox (available_at, id);

-- id = media node id: the configuration document this tenant has on that node.
CREATE TABLE tenant.config_versions (
  tenant_id    text COLLATE "C" NOT NULL CHECK (tenant_id LIKE 'ten\_%'),
  id           text COLLATE "C" NOT NULL CHECK (id LIKE 'mno\_%'),
  epoch        integer NOT NULL CHECK (epoch >= 1),
  version      integer NOT NULL CHECK (version >= 1),
  content_hash text NOT NULL,
  jws          text NOT NULL,
  withdrawn    boolean NOT NULL DEFAULT false,
  updated_at   timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id)
);
