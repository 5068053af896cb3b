-- What an action answered beside its message, as JSON text: `jsonb` would refuse characters that JSON may have.
ALTER TABLE plugin_calls ADD COLUMN output text;
