-- Calls are kept for a time only: what happened in them (VOX-153) and their records (PLT-113).
GRANT DELETE ON tenant.call_events, tenant.call_records TO trunkline_worker;
-- Oldest first, so that a sweep reads no more than it deletes.
CREATE INDEX call_events_time ON tenant.call_events (tenant_id, occurred_at);
