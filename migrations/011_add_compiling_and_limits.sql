-- Plugin versions that take long to compile are stored first and compiled by whichever node holds their lease; a plugin's own limits.

ALTER TABLE plugin_versions DROP CONSTRAINT plugin_versions_status;
ALTER TABLE plugin_versions ADD CONSTRAINT plugin_versions_status
    CHECK (status IN ('compiling', 'needs_approval', 'ready', 'rejected', 'retired'));
-- what a component is shows when it is compiled
ALTER TABLE plugin_versions DROP CONSTRAINT plugin_versions_kinds;
ALTER TABLE plugin_versions ADD CONSTRAINT plugin_versions_kinds CHECK
    (kinds <@ ARRAY['action', 'participants', 'notice', 'condition']
     AND (cardinality(kinds) > 0 OR status IN ('compiling', 'rejected', 'retired')));
ALTER TABLE plugin_versions
    ADD COLUMN compiling_by     uuid,
    ADD COLUMN compiling_until  timestamptz,
    ADD COLUMN compile_attempts integer NOT NULL DEFAULT 0;
CREATE INDEX plugin_versions_compiling_idx ON plugin_versions (compiling_until) WHERE status = 'compiling';

-- kind → the numbers that an administrator set for the plugin
ALTER TABLE plugins ADD COLUMN limits jsonb NOT NULL DEFAULT '{}'
    CONSTRAINT plugins_limits_object CHECK (jsonb_typeof(limits) = 'object');
