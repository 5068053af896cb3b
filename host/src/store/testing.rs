//! What tests of other layers do to the tables behind the program's back.
#![expect(clippy::unwrap_used, reason = "tests")]

use chrono::{DateTime, Utc};
use sqlx::{ConnectOptions as _, PgConnection, PgPool};

use super::custom_notices::{NoticeDraft, NoticeKind};
use crate::{
    plugins::PluginId,
    workflow::{NoticeId, ScriptId, StateId, TicketId, TransitionId},
};

/// As a move does it, without the rules.
pub(crate) async fn move_ticket(db: &mut PgConnection, ticket: TicketId, to: StateId) {
    let moved = sqlx::query("UPDATE tickets SET state_id = $1 WHERE id = $2").bind(to.0).bind(ticket.0);
    assert_eq!(moved.execute(db).await.unwrap().rows_affected(), 1);
}

pub(crate) async fn set_created(db: &PgPool, ticket: TicketId, at: DateTime<Utc>) {
    let set = sqlx::query("UPDATE tickets SET created_at = $1 WHERE id = $2").bind(at).bind(ticket.0);
    assert_eq!(set.execute(db).await.unwrap().rows_affected(), 1);
}

pub(crate) async fn tickets(db: &PgPool) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM tickets").fetch_one(db).await.unwrap()
}

/// What is kept of passwords.
pub(crate) async fn password_hashes(db: &PgPool) -> Vec<String> {
    let hashes = sqlx::query_scalar("SELECT password_hash FROM users WHERE password_hash IS NOT NULL");
    hashes.fetch_all(db).await.unwrap()
}

pub(crate) async fn plugin_calls(db: &PgPool) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM plugin_calls").fetch_one(db).await.unwrap()
}

/// A call of the plugin's newest version for the ticket, with one line.
pub(crate) async fn insert_call(db: &PgPool, plugin: i64, ticket: i64) -> i64 {
    let call =
        "INSERT INTO plugin_calls (plugin_id, version_id, kind, invocation, ticket_id, attempt, outcome, queue_ms, wall_ms, cpu_ticks,
                                   peak_memory_bytes, host_calls, denied, logs_dropped)
         SELECT $1, max(id), 'action', 'i', $2, 1, 'ok', 1, 2, 3, 4, 5, 6, 7 FROM plugin_versions WHERE plugin_id = $1 RETURNING id";
    let id = sqlx::query_scalar(call).bind(plugin).bind(ticket).fetch_one(db).await.unwrap();
    let line =
        "INSERT INTO plugin_logs (call_id, position, level, source, message) VALUES ($1, 1, 'info', 'log', 'done')";
    sqlx::query(line).bind(id).execute(db).await.unwrap();
    id
}

/// A notice by webhook, without a token.
pub(crate) fn webhook() -> NoticeDraft {
    NoticeDraft {
        name: "n".into(),
        description: String::new(),
        kind: NoticeKind::Webhook,
        title_template: String::new(),
        content_template: String::new(),
        hook_url: "http://a".into(),
        sealed_token: None,
    }
}

/// A notice that somebody was told of.
pub(crate) async fn insert_delivery(db: &PgPool, notice: i64, ticket: i64) {
    for statement in [
        "INSERT INTO notice_deliveries (notice_id, ticket_id, key, attempt, outcome)
         VALUES ($1, $2, '00000000-0000-0000-0000-000000000001', 1, 'delivered')",
        "INSERT INTO notice_recipients (notice_id, ticket_id, key, attempt, username, is_reached)
         VALUES ($1, $2, '00000000-0000-0000-0000-000000000001', 1, 'lisi', true)",
    ] {
        sqlx::query(statement).bind(notice).bind(ticket).execute(db).await.unwrap();
    }
}

/// As if the job had been tried that often.
pub(crate) async fn set_attempts(db: &PgPool, job: i64, attempts: i32) {
    let set = sqlx::query("UPDATE jobs SET attempts = $1 WHERE id = $2").bind(attempts).bind(job);
    assert_eq!(set.execute(db).await.unwrap().rows_affected(), 1);
}

/// As if the node that has the job were gone for longer than a lease.
pub(crate) async fn expire_lease(db: &PgPool, job: i64) {
    let set = sqlx::query("UPDATE jobs SET run_at = now() - interval '1 second' WHERE id = $1").bind(job);
    assert_eq!(set.execute(db).await.unwrap().rows_affected(), 1);
}

/// A run script whose component is none.
pub(crate) async fn insert_script(db: &PgPool) -> ScriptId {
    let component = "INSERT INTO components (digest, bytes) VALUES (sha256('x'), 'x') ON CONFLICT DO NOTHING";
    sqlx::query(component).execute(db).await.unwrap();
    let script =
        "INSERT INTO run_scripts (name, saved_name, component_digest) VALUES ('s', 'x.wasm', sha256('x')) RETURNING id";
    ScriptId(sqlx::query_scalar(script).fetch_one(db).await.unwrap())
}

/// A plugin whose one version, number 1, is no component.
pub(crate) async fn insert_plugin(db: &PgPool, n: u32) -> PluginId {
    let component = "INSERT INTO components (digest, bytes) VALUES (sha256('x'), 'x') ON CONFLICT DO NOTHING";
    sqlx::query(component).execute(db).await.unwrap();
    let plugin = "INSERT INTO plugins (name) VALUES ('p' || $1::integer) RETURNING id";
    let id: i64 = sqlx::query_scalar(plugin).bind(i32::try_from(n).unwrap()).fetch_one(db).await.unwrap();
    let version = "INSERT INTO plugin_versions (plugin_id, number, component_digest, kinds, status)
                   VALUES ($1, 1, sha256('x'), '{condition}', 'ready')";
    sqlx::query(version).bind(id).execute(db).await.unwrap();
    PluginId(id)
}

/// Departments 1 (led by boss) and 2 below it; role 1 and an empty role 2; lisi of the first, boss of the second, and left, who left.
pub(crate) async fn insert_company(db: &PgPool) {
    for statement in [
        "INSERT INTO departments (id, name, leader) VALUES (1, 'a', 'boss')",
        "INSERT INTO departments (id, name, parent_id) VALUES (2, 'b', 1)",
        "INSERT INTO roles (id, name) VALUES (1, 'r'), (2, 'empty')",
        "INSERT INTO users (id, username, email, is_active) VALUES (1, 'lisi', 'lisi@x', true), (2, 'boss', '', true), (3, 'left', '', false)",
        "INSERT INTO user_departments (user_id, department_id, position) VALUES (1, 1, 1), (2, 2, 1), (3, 1, 1)",
        "INSERT INTO role_members (role_id, user_id) VALUES (1, 1), (1, 2), (1, 3)",
    ] {
        sqlx::query(statement).execute(db).await.unwrap();
    }
}

/// Nobody else reads the people until the transaction ends.
pub(crate) async fn lock_users(db: &mut PgConnection) {
    sqlx::query("LOCK TABLE users IN ACCESS EXCLUSIVE MODE").execute(db).await.unwrap();
}

/// A connection that is none of the pool's.
pub(crate) async fn beside(db: &PgPool) -> PgConnection {
    db.connect_options().connect().await.unwrap()
}

/// Other sessions of this database that began a transaction and went away.
pub(crate) async fn open_transactions(db: &mut PgConnection) -> i64 {
    let open = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'";
    sqlx::query_scalar(open).fetch_one(db).await.unwrap()
}

/// Sessions of this database that wait for each other.
pub(crate) async fn waiting_for_locks(db: &PgPool) -> i64 {
    let waiting =
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    sqlx::query_scalar(waiting).fetch_one(db).await.unwrap()
}

/// Nobody else writes to the plugin's storage for as long as the connection lives.
pub(crate) async fn hold_kv(db: &mut PgConnection, plugin: PluginId) {
    let hold = "SELECT pg_advisory_lock(hashtextextended('gavia plugin kv ' || $1::bigint::text, 0))";
    sqlx::query(hold).bind(plugin.0).execute(db).await.unwrap();
}

/// Every role and department is gone, in use or not.
pub(crate) async fn retire_groups(db: &PgPool) {
    for retire in ["UPDATE roles SET deleted_at = now()", "UPDATE departments SET deleted_at = now()"] {
        sqlx::query(retire).execute(db).await.unwrap();
    }
}

/// The ticket's one job is a timer's that is due.
pub(crate) async fn one_timer_job(db: &PgPool, ticket: TicketId, transition: TransitionId) {
    sqlx::query("DELETE FROM jobs").execute(db).await.unwrap();
    let job = "INSERT INTO jobs (kind, key, ticket_id, visit, payload)
               SELECT 'timer', gen_random_uuid(), id, visit, jsonb_build_object('transition', $2::bigint) FROM tickets WHERE id = $1";
    sqlx::query(job).bind(ticket.0).bind(transition.0).execute(db).await.unwrap();
}

/// The ticket's one job is to tell of the notice.
pub(crate) async fn one_notice_job(db: &PgPool, ticket: TicketId, notice: NoticeId) {
    sqlx::query("DELETE FROM jobs").execute(db).await.unwrap();
    let job = "INSERT INTO jobs (kind, key, ticket_id, visit, payload)
               SELECT 'notice', gen_random_uuid(), id, visit, jsonb_build_object('notice', $2::bigint) FROM tickets WHERE id = $1";
    sqlx::query(job).bind(ticket.0).bind(notice.0).execute(db).await.unwrap();
}

/// The active version of the plugin is a notice whose component this is, and asks for a capability that it is granted.
pub(crate) async fn insert_notice_version(
    db: &PgPool,
    plugin: PluginId,
    digest: &[u8],
    (capability, scope): (&str, &serde_json::Value),
) {
    let version = "INSERT INTO plugin_versions (plugin_id, number, component_digest, kinds, status, requested)
                   VALUES ($1, 1, $2, '{notice}', 'ready', jsonb_build_object($3::text, $4::jsonb)) RETURNING id";
    let version = sqlx::query_scalar(version).bind(plugin.0).bind(digest).bind(capability).bind(scope);
    let version: i64 = version.fetch_one(db).await.unwrap();
    let active = sqlx::query("UPDATE plugins SET active_version_id = $2 WHERE id = $1").bind(plugin.0).bind(version);
    active.execute(db).await.unwrap();
    let grant = "INSERT INTO plugin_grants (plugin_id, capability, scope, granted_by) VALUES ($1, $2, $3, 'admin')";
    sqlx::query(grant).bind(plugin.0).bind(capability).bind(scope).execute(db).await.unwrap();
}

pub(crate) async fn revoke_grants(db: &PgPool, plugin: PluginId) {
    sqlx::query("DELETE FROM plugin_grants WHERE plugin_id = $1").bind(plugin.0).execute(db).await.unwrap();
}

/// As if the waits were over.
pub(crate) async fn make_jobs_due(db: &PgPool) {
    sqlx::query("UPDATE jobs SET run_at = now() WHERE dead_at IS NULL").execute(db).await.unwrap();
}

pub(crate) async fn state_of(db: &PgPool, ticket: TicketId) -> StateId {
    let state = sqlx::query_scalar("SELECT state_id FROM tickets WHERE id = $1").bind(ticket.0);
    StateId(state.fetch_one(db).await.unwrap())
}

/// From now on the database refuses every log.
pub(crate) async fn break_flow_logs(db: &PgPool, why: &'static str) {
    let break_them =
        "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '%', TG_ARGV[0]; END $$";
    sqlx::query(break_them).execute(db).await.unwrap();
    let trigger = format!("CREATE TRIGGER fail BEFORE INSERT ON flow_logs FOR EACH ROW EXECUTE FUNCTION fail('{why}')");
    sqlx::raw_sql(sqlx::AssertSqlSafe(trigger)).execute(db).await.unwrap();
}

pub(crate) async fn mend_flow_logs(db: &PgPool) {
    sqlx::query("DROP TRIGGER fail ON flow_logs").execute(db).await.unwrap();
}

/// As if a node had died while it compiled the versions, which it has for so many more seconds.
pub(crate) async fn leave_compiling(db: &PgPool, attempts: i32, seconds: f64) {
    let change = "UPDATE plugin_versions SET status = 'compiling', kinds = '{}', compiling_by = gen_random_uuid(),
                         compiling_until = now() + make_interval(secs => $1), compile_attempts = $2";
    sqlx::query(change).bind(seconds).bind(attempts).execute(db).await.unwrap();
}

/// As if all that was compiled had been compiled for the engine of an older release.
pub(crate) async fn upgrade_engine(db: &PgPool) {
    sqlx::query("UPDATE compiled_components SET engine_id = 'older-' || engine_id").execute(db).await.unwrap();
}

/// As if another node had the versions for so many more seconds, and it and those before it had died of them.
pub(crate) async fn leave_preparing(db: &PgPool, deaths: i32, seconds: f64) {
    let change = "UPDATE plugin_versions SET compiling_by = gen_random_uuid(),
                         compiling_until = now() + make_interval(secs => $1), compile_attempts = $2";
    sqlx::query(change).bind(seconds).bind(deaths).execute(db).await.unwrap();
}

/// As if the stored component were none.
pub(crate) async fn break_component(db: &PgPool, digest: &[u8; 32]) {
    let broken = sqlx::query("UPDATE components SET bytes = 'x' WHERE digest = $1").bind(&digest[..]);
    assert_eq!(broken.execute(db).await.unwrap().rows_affected(), 1);
}

/// As if somebody had filled in these fields of every ticket.
pub(crate) async fn fill_in(db: &PgPool, fields: &serde_json::Value) {
    sqlx::query("UPDATE tickets SET fields = fields || $1").bind(fields).execute(db).await.unwrap();
}

/// All sessions were seen so much longer ago.
pub(crate) async fn age_sessions(db: &PgPool, minutes: i32) {
    let aged = sqlx::query("UPDATE sessions SET last_seen_at = last_seen_at - make_interval(mins => $1)").bind(minutes);
    aged.execute(db).await.unwrap();
}

/// As if components had been uploaded and people told so many days earlier.
pub(crate) async fn age_kept(db: &PgPool, days: i32) {
    for (table, column) in
        [("components", "uploaded_at"), ("notice_deliveries", "created_at"), ("notice_recipients", "created_at")]
    {
        let older = format!("UPDATE {table} SET {column} = {column} - make_interval(days => $1)");
        sqlx::query(sqlx::AssertSqlSafe(older)).bind(days).execute(db).await.unwrap();
    }
}

/// Components that have their bytes, tries to deliver a notice, and the people of those tries.
pub(crate) async fn kept(db: &PgPool) -> (i64, i64, i64) {
    let counts = "SELECT (SELECT count(bytes) FROM components), (SELECT count(*) FROM notice_deliveries), (SELECT count(*) FROM notice_recipients)";
    sqlx::query_as(counts).fetch_one(db).await.unwrap()
}
