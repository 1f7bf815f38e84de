-- SIP messages as they come, for whoever watches a line live (LIN-021).
CREATE INDEX call_events_sip ON tenant.call_events (tenant_id, occurred_at)
  WHERE type IN ('sip.message', 'line.sip');
