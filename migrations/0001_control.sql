-- Schema control: what is global. No foreign key leaves it, none enters it.
CREATE SCHEMA control;

CREATE TABLE control.regions (
  id         text COLLATE "C" PRIMARY KEY CHECK (id ~ '^[a-z0-9-]{2,40}$'),
  name       text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now()
);

-- Operator → distributor → partner → tenant: at most three levels above a tenant (PLT-046).
CREATE TABLE control.partners (
  id         text COLLATE "C" PRIMARY KEY CHECK (id LIKE 'par\_%'),
  parent_id  text COLLATE "C" REFERENCES control.partners (id),
  name       text NOT NULL,
  depth      integer NOT NULL DEFAULT 1 CHECK (depth BETWEEN 1 AND 3),
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now()
);
CREATE INDEX partners_parent ON control.partners (parent_id);

CREATE TABLE control.tenants (
  id                 text COLLATE "C" PRIMARY KEY CHECK (id LIKE 'ten\_%'),
  alias              text COLLATE "C" NOT NULL UNIQUE,
  display_name       text NOT NULL,
  legal_name         text,
  presence_domain    text COLLATE "C" NOT NULL UNIQUE,
  region             text COLLATE "C" NOT NULL REFERENCES control.regions (id),
  state              text NOT NULL CHECK (state IN ('provisioning', 'trial', 'active', 'past_due',
                       'suspended', 'cancelled', 'purging', 'purged')),
  -- Side by side; the tenant is active again only when all are gone (PLT-015).
  suspend_reasons    text[] NOT NULL DEFAULT '{}',
  -- The state a suspended tenant returns to.
  resume_state       text,
  partner_id         text COLLATE "C" REFERENCES control.partners (id),
  external_reference text,
  time_zone          text NOT NULL,
  default_language   text NOT NULL CHECK (default_language IN ('de', 'en')),
  -- Provisioning as resumable steps (PLT-016): the next step, what went wrong, what it still needs.
  provisioning_step  text,
  provisioning_error text,
  provisioning_input jsonb,
  -- The idempotency record that created the tenant: a repeated request finds its own work.
  creation_key       text COLLATE "C" UNIQUE,
  created_at         timestamptz(3) NOT NULL DEFAULT now(),
  updated_at         timestamptz(3) NOT NULL DEFAULT now(),
  version            integer NOT NULL DEFAULT 1,
  UNIQUE (partner_id, external_reference)
);
CREATE INDEX tenants_partner ON control.tenants (partner_id, id);
CREATE INDEX tenants_provisioning ON control.tenants (id) WHERE state = 'provisioning';

-- Every alias in use or redirecting; an old one stays reserved until redirect_until (PLT-013).
CREATE TABLE control.tenant_aliases (
  alias          text COLLATE "C" PRIMARY KEY CHECK (alias = lower(alias)),
  tenant_id      text COLLATE "C" NOT NULL REFERENCES control.tenants (id) ON DELETE CASCADE,
  redirect_until timestamptz(3),
  created_at     timestamptz(3) NOT NULL DEFAULT now()
);
CREATE INDEX tenant_aliases_tenant ON control.tenant_aliases (tenant_id);

-- Presence domains in lower-case A-label form: one tenant each, over all regions (PLT-007).
CREATE TABLE control.domains (
  id          text COLLATE "C" PRIMARY KEY CHECK (id LIKE 'dom\_%'),
  name        text COLLATE "C" NOT NULL UNIQUE CHECK (name = lower(name) AND name ~ '^[a-z0-9.-]+$'),
  tenant_id   text COLLATE "C" NOT NULL REFERENCES control.tenants (id) ON DELETE CASCADE,
  kind        text NOT NULL CHECK (kind IN ('platform', 'custom')),
  verified_at timestamptz(3),
  created_at  timestamptz(3) NOT NULL DEFAULT now()
);
CREATE INDEX domains_tenant ON control.domains (tenant_id);

CREATE TABLE control.api_keys (
  id           text COLLATE "C" PRIMARY KEY CHECK (id LIKE 'key\_%'),
  partner_id   text COLLATE "C" REFERENCES control.partners (id) ON DELETE CASCADE,
  tenant_id    text COLLATE "C" REFERENCES control.tenants (id) ON DELETE CASCADE,
  name         text NOT NULL,
  -- Visible part; the secret itself is stored only as SHA-256 (it has 256 random bits).
  prefix       text COLLATE "C" NOT NULL UNIQUE,
  secret_hash  text NOT NULL,
  scopes       text[] NOT NULL,
  expires_at   timestamptz(3) NOT NULL,
  revoked_at   timestamptz(3),
  last_used_at timestamptz(3),
  created_at   timestamptz(3) NOT NULL DEFAULT now(),
  CHECK (partner_id IS NOT NULL OR tenant_id IS NOT NULL)
);

CREATE TABLE control.media_nodes (
  id              text COLLATE "C" PRIMARY KEY CHECK (id LIKE 'mno\_%'),
  region          text COLLATE "C" NOT NULL REFERENCES control.regions (id),
  name            text NOT NULL,
  state           text NOT NULL DEFAULT 'ready' CHECK (state IN ('ready', 'draining', 'down')),
  sign_public_jwk jsonb NOT NULL,
  enc_public_jwk  jsonb NOT NULL,
  created_at      timestamptz(3) NOT NULL DEFAULT now(),
  updated_at      timestamptz(3) NOT NULL DEFAULT now()
);

CREATE TABLE control.edges (
  id              text COLLATE "C" PRIMARY KEY,
  region          text COLLATE "C" NOT NULL REFERENCES control.regions (id),
  sign_public_jwk jsonb NOT NULL,
  created_at      timestamptz(3) NOT NULL DEFAULT now(),
  updated_at      timestamptz(3) NOT NULL DEFAULT now()
);

-- Which node serves a line group: all lines of one trunk stay on one node (PLT-020).
-- A released row stays: the node's spool may still hold events of that time.
CREATE TABLE control.node_assignments (
  tenant_id     text COLLATE "C" NOT NULL,
  line_group_id text COLLATE "C" NOT NULL,
  node_id       text COLLATE "C" NOT NULL REFERENCES control.media_nodes (id),
  created_at    timestamptz(3) NOT NULL DEFAULT now(),
  released_at   timestamptz(3),
  PRIMARY KEY (tenant_id, line_group_id, node_id)
);
CREATE UNIQUE INDEX node_assignments_active ON control.node_assignments (tenant_id, line_group_id)
  WHERE released_at IS NULL;
CREATE INDEX node_assignments_node ON control.node_assignments (node_id, tenant_id);

CREATE TABLE control.signing_keys (
  id             text COLLATE "C" PRIMARY KEY CHECK (id LIKE 'sgk\_%'),
  purpose        text NOT NULL CHECK (purpose IN ('token', 'config')),
  public_jwk     jsonb NOT NULL,
  sealed_private text NOT NULL,
  -- A retired key signs no more but is published until what it signed has ended.
  retired_at     timestamptz(3),
  created_at     timestamptz(3) NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX signing_keys_active ON control.signing_keys (purpose) WHERE retired_at IS NULL;

-- One data key per tenant and generation, wrapped by the key-encryption key; 'platform' for our own.
CREATE TABLE control.data_keys (
  tenant_id  text COLLATE "C" NOT NULL,
  id         text COLLATE "C" NOT NULL,
  wrapped    text NOT NULL,
  active     boolean NOT NULL DEFAULT true,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX data_keys_active ON control.data_keys (tenant_id) WHERE active;

-- PLT-051: the reply to a POST, for seven days. A running one is locked until lock_until.
CREATE TABLE control.idempotency_keys (
  id         text COLLATE "C" PRIMARY KEY,
  caller     text COLLATE "C" NOT NULL,
  key        text COLLATE "C" NOT NULL,
  method     text NOT NULL,
  path       text NOT NULL,
  body_hash  text NOT NULL,
  state      text NOT NULL CHECK (state IN ('running', 'done')),
  lock_until timestamptz(3) NOT NULL,
  status     integer,
  body       jsonb,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  expires_at timestamptz(3) NOT NULL,
  UNIQUE (caller, key)
);
CREATE INDEX idempotency_keys_expiry ON control.idempotency_keys (expires_at);

CREATE TABLE control.audit (
  id         text COLLATE "C" PRIMARY KEY CHECK (id LIKE 'aud\_%'),
  at         timestamptz(3) NOT NULL DEFAULT now(),
  actor_kind text NOT NULL,
  actor_id   text,
  partner_id text COLLATE "C",
  tenant_id  text COLLATE "C",
  action     text NOT NULL,
  target_id  text,
  changes    jsonb NOT NULL DEFAULT '{}',
  trace_id   text
);
CREATE INDEX audit_tenant ON control.audit (tenant_id, id);
