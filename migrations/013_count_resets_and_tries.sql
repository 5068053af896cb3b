-- A reset of a plugin's breaker reaches every node with the plugin's next call, and tries are among the calls, told apart.
ALTER TABLE plugins ADD COLUMN resets integer NOT NULL DEFAULT 0;
ALTER TABLE plugin_calls ADD COLUMN is_try boolean NOT NULL DEFAULT false;
