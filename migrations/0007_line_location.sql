-- Where lines are when their group does not say it for all (LIN-014, LIN-025), and numbers taken from
-- the user name (LIN-024). Only additions, each with the value that rows made before had in effect.
ALTER TABLE tenant.line_groups
  ADD COLUMN location_mode text NOT NULL DEFAULT 'group'
    CHECK (location_mode IN ('group', 'line', 'automatic')),
  ADD COLUMN numbers_automatic boolean NOT NULL DEFAULT false;

ALTER TABLE tenant.lines
  -- Chosen for the line; counts in groups of the mode 'line'.
  ADD COLUMN location_id text COLLATE "C",
  -- What follows from mode, choice and number; null = the group's location.
  ADD COLUMN settled_location_id text COLLATE "C",
  ADD CONSTRAINT lines_location FOREIGN KEY (tenant_id, location_id)
    REFERENCES tenant.locations (tenant_id, id),
  ADD CONSTRAINT lines_settled_location FOREIGN KEY (tenant_id, settled_location_id)
    REFERENCES tenant.locations (tenant_id, id);
CREATE INDEX lines_location ON tenant.lines (tenant_id, location_id)
  WHERE location_id IS NOT NULL;
CREATE INDEX lines_settled_location ON tenant.lines (tenant_id, settled_location_id)
  WHERE settled_location_id IS NOT NULL;
