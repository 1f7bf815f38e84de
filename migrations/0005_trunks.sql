-- Trunks, codecs, functions and forwarding of line groups; call handling of lines. Only additions,
-- each with the value that rows made before had in effect.
ALTER TABLE tenant.line_groups
  ADD COLUMN kind text NOT NULL DEFAULT 'registration'
    CHECK (kind IN ('registration', 'trunk_registered', 'trunk_static')),
  -- id@version of the PBX template.
  ADD COLUMN template text,
  ADD COLUMN proxy_host text,
  ADD COLUMN proxy_port integer,
  ADD COLUMN tls_verify text NOT NULL DEFAULT 'platform',
  ADD COLUMN trusted_ca text,
  ADD COLUMN peer_addresses text[] NOT NULL DEFAULT '{}',
  -- Trunks: the line that registers or sends OPTIONS. Exactly one as soon as a line is used.
  ADD COLUMN register_line_id text COLLATE "C",
  ADD COLUMN nat_refresh_seconds integer NOT NULL DEFAULT 0,
  ADD COLUMN options_seconds integer NOT NULL DEFAULT 60,
  ADD COLUMN session_timer_seconds integer NOT NULL DEFAULT 1800,
  ADD COLUMN called_number_from text NOT NULL DEFAULT 'request_uri',
  ADD COLUMN srtp text NOT NULL DEFAULT 'auto',
  ADD COLUMN pbx_codecs text[] NOT NULL DEFAULT '{PCMA,PCMU}',
  ADD COLUMN client_codecs text[] NOT NULL DEFAULT '{PCMA,PCMU}',
  ADD COLUMN dtmf text NOT NULL DEFAULT 'rfc4733',
  ADD COLUMN forward_method text NOT NULL DEFAULT 'new_call',
  ADD COLUMN transfer_method text NOT NULL DEFAULT 'join',
  ADD COLUMN mailbox_when_signed_out boolean NOT NULL DEFAULT false,
  ADD COLUMN functions jsonb NOT NULL DEFAULT '{}',
  ADD COLUMN feature_codes jsonb NOT NULL DEFAULT '[]',
  ADD COLUMN pickup_code text,
  ADD COLUMN pickup_in_server boolean NOT NULL DEFAULT true;

ALTER TABLE tenant.lines
  ADD COLUMN is_trunk_line boolean NOT NULL DEFAULT false,
  ADD COLUMN forward_list jsonb NOT NULL DEFAULT '[]';
CREATE INDEX lines_group ON tenant.lines (tenant_id, line_group_id, id);

ALTER TABLE tenant.line_groups
  ADD CONSTRAINT line_groups_register_line FOREIGN KEY (tenant_id, register_line_id)
    REFERENCES tenant.lines (tenant_id, id);

-- id = line id: what the line's user set for calls on it.
CREATE TABLE tenant.line_call_handling (
  tenant_id      text COLLATE "C" NOT NULL,
  id             text COLLATE "C" NOT NULL,
  do_not_disturb boolean NOT NULL,
  forwarding     jsonb NOT NULL,
  updated_at     timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, id) REFERENCES tenant.lines (tenant_id, id) ON DELETE CASCADE
);

-- id = tenant id: the toll-fraud floor where it differs from the default (VOX-133).
CREATE TABLE tenant.call_limits (
  tenant_id  text COLLATE "C" NOT NULL CHECK (tenant_id LIKE 'ten\_%'),
  id         text COLLATE "C" NOT NULL CHECK (id = tenant_id),
  limits     jsonb NOT NULL,
  updated_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id)
);

-- SIP messages of a line group, recorded for a time (LIN-097, LIN-098).
CREATE TABLE tenant.captures (
  tenant_id     text COLLATE "C" NOT NULL,
  id            text COLLATE "C" NOT NULL CHECK (id LIKE 'cap\_%'),
  line_group_id text COLLATE "C" NOT NULL,
  -- null = all lines of the group.
  line_ids      text[],
  started_at    timestamptz(3) NOT NULL,
  ends_at       timestamptz(3) NOT NULL,
  stopped_at    timestamptz(3),
  packets       integer NOT NULL DEFAULT 0,
  bytes         integer NOT NULL DEFAULT 0,
  is_full       boolean NOT NULL DEFAULT false,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, line_group_id) REFERENCES tenant.line_groups (tenant_id, id)
    ON DELETE CASCADE
);
CREATE INDEX captures_group ON tenant.captures (tenant_id, line_group_id, id);

-- id = event id: a repeated event stores nothing twice.
CREATE TABLE tenant.capture_packets (
  tenant_id      text COLLATE "C" NOT NULL,
  id             text COLLATE "C" NOT NULL CHECK (id LIKE 'evt\_%'),
  capture_id     text COLLATE "C" NOT NULL,
  at             timestamptz(3) NOT NULL,
  -- Order of packets of the same millisecond.
  boot_epoch     bigint NOT NULL,
  seq            bigint NOT NULL,
  direction      text NOT NULL CHECK (direction IN ('in', 'out')),
  transport      text NOT NULL,
  local_address  text NOT NULL,
  local_port     integer NOT NULL,
  remote_address text NOT NULL,
  remote_port    integer NOT NULL,
  bytes          bytea NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, capture_id) REFERENCES tenant.captures (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX capture_packets_capture
  ON tenant.capture_packets (tenant_id, capture_id, at, boot_epoch, seq);

-- id = call id: one row per call, kept up to date from its events.
CREATE TABLE tenant.call_records (
  tenant_id     text COLLATE "C" NOT NULL CHECK (tenant_id LIKE 'ten\_%'),
  id            text COLLATE "C" NOT NULL CHECK (id LIKE 'cal\_%'),
  direction     text NOT NULL CHECK (direction IN ('incoming', 'outgoing')),
  result        text,
  line_id       text COLLATE "C" NOT NULL,
  line_group_id text COLLATE "C" NOT NULL,
  line_number   text NOT NULL,
  user_ids      text[] NOT NULL,
  -- null for private calls: what nobody may read is not stored here (LIN-010).
  remote        jsonb,
  started_at    timestamptz(3) NOT NULL,
  answered_at   timestamptz(3),
  ended_at      timestamptz(3),
  duration_ms   integer NOT NULL,
  ended_by      text,
  cause         text,
  sip_code      integer,
  emergency     boolean NOT NULL,
  private       boolean NOT NULL,
  node_id       text COLLATE "C" NOT NULL,
  quality       jsonb,
  verdict       jsonb NOT NULL,
  severity      text NOT NULL CHECK (severity IN ('ok', 'notice', 'warning', 'error')),
  -- Digits of all numbers and the remote name in lower case.
  search_text   text NOT NULL,
  updated_at    timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX call_records_time ON tenant.call_records (tenant_id, started_at DESC, id DESC);
CREATE INDEX call_records_group
  ON tenant.call_records (tenant_id, line_group_id, started_at DESC, id DESC);
CREATE INDEX call_records_line
  ON tenant.call_records (tenant_id, line_id, started_at DESC, id DESC);
CREATE INDEX call_records_problem ON tenant.call_records (tenant_id, started_at DESC, id DESC)
  WHERE severity IN ('warning', 'error');
CREATE INDEX call_records_live ON tenant.call_records (tenant_id, started_at DESC, id DESC)
  WHERE ended_at IS NULL;

-- The same cause of the same subject counts up while it is open.
CREATE TABLE tenant.alerts (
  tenant_id   text COLLATE "C" NOT NULL CHECK (tenant_id LIKE 'ten\_%'),
  id          text COLLATE "C" NOT NULL CHECK (id LIKE 'alr\_%'),
  kind        text NOT NULL,
  severity    text NOT NULL CHECK (severity IN ('warning', 'critical')),
  subject     text,
  -- What makes two alerts the same.
  cause_key   text NOT NULL,
  params      jsonb NOT NULL,
  first_at    timestamptz(3) NOT NULL,
  last_at     timestamptz(3) NOT NULL,
  count       integer NOT NULL DEFAULT 1,
  resolved_at timestamptz(3),
  PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX alerts_open ON tenant.alerts (tenant_id, kind, cause_key)
  WHERE resolved_at IS NULL;

DO $$
DECLARE
  t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['line_call_handling', 'call_limits', 'captures', 'capture_packets',
                           'call_records', 'alerts'] LOOP
    EXECUTE format('ALTER TABLE tenant.%I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE tenant.%I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format(
      'CREATE POLICY tenant_isolation ON tenant.%I TO trunkline_app, trunkline_worker '
      'USING (tenant_id = current_setting(''app.tenant_id'', true)) '
      'WITH CHECK (tenant_id = current_setting(''app.tenant_id'', true))', t);
  END LOOP;
END
$$;

GRANT SELECT, INSERT, UPDATE, DELETE ON tenant.line_call_handling, tenant.call_limits
  TO trunkline_app;
GRANT SELECT, INSERT, DELETE, UPDATE (stopped_at) ON tenant.captures TO trunkline_app;
GRANT SELECT, DELETE ON tenant.capture_packets TO trunkline_app;
GRANT SELECT ON tenant.call_records, tenant.alerts TO trunkline_app;
GRANT UPDATE (resolved_at) ON tenant.alerts TO trunkline_app;

GRANT SELECT ON tenant.line_call_handling, tenant.call_limits TO trunkline_worker;
GRANT SELECT, UPDATE, DELETE ON tenant.captures TO trunkline_worker;
GRANT SELECT, INSERT, DELETE ON tenant.capture_packets TO trunkline_worker;
GRANT SELECT, INSERT, UPDATE ON tenant.call_records, tenant.alerts TO trunkline_worker;
