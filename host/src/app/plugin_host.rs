//! The data behind a plugin's imports, for one call: its settings, secrets and storage, tickets, people. Whether it may ask is decided by
//! the sandbox, from the call's grants; how the database is asked, by `guest_queries`.

use std::{
    future::{Future, ready},
    sync::Arc,
    time::Duration,
};

use gavia_sandbox::{Answered, Depth, Secret, ServiceError, Services, types};
use sqlx::{PgPool, Postgres, pool::PoolConnection};

use super::{
    definitions::Definitions,
    guest_context::{flow_entry, guest_ticket, guest_user},
    guest_queries::GuestQueries,
};
use crate::{
    plugins::PluginId,
    seal::SealingKey,
    store::{
        self,
        plugins::{
            kv::{self, Entry, Kept},
            people::{self, PersonRow, Reach},
            settings,
        },
    },
    workflow::{self, DepartmentId, RoleId, TicketId},
};

pub(super) struct PluginHost {
    pub db: PgPool,
    pub queries: GuestQueries,
    pub definitions: Arc<Definitions>,
    pub key: SealingKey,
    /// None has neither secrets nor storage.
    pub plugin: Option<PluginId>,
    pub settings: Vec<(String, String)>,
    /// What the plugin may keep in all.
    pub kv_bytes: usize,
    /// The ticket of the call as it was at the start.
    pub own: types::Ticket,
}

/// Every question owns what it needs: it may outlive the call.
impl Services for PluginHost {
    fn settings(&self) -> &[(String, String)] {
        &self.settings
    }

    fn secret<'a>(&'a self, name: &'a str) -> Answered<'a, Secret> {
        let (db, plugin, key, name) = (self.db.clone(), self.namespace(), self.key.clone(), name.to_owned());
        self.ask(async move {
            let names = [name];
            let sealed = settings::sealed_secrets(&db, plugin?, &names).await.map_err(failed)?;
            let sealed = sealed.get(&names[0]).ok_or(ServiceError::NotFound)?;
            let plain = key.open(sealed).map_err(|error| ServiceError::Failed(error.to_string()))?;
            let text = String::from_utf8(plain).map_err(|_| ServiceError::Failed("a secret is no text".to_owned()))?;
            Ok(Secret::new(text))
        })
    }

    fn ticket(&self, id: i64) -> Answered<'_, types::Ticket> {
        if id == self.own.id {
            return Box::pin(ready(Ok(self.own.clone())));
        }
        let (db, definitions) = (self.db.clone(), Arc::clone(&self.definitions));
        self.ask(async move {
            let found = store::tickets::get(&db, TicketId(id), None).await.map_err(failed)?;
            let found = found.ok_or(ServiceError::NotFound)?;
            let ticket = found.ticket;
            let definition = definitions.get(&db, ticket.workflow, found.revision).await.map_err(failed)?;
            let definition = definition.ok_or(ServiceError::NotFound)?;
            let fields = workflow::field_values(&ticket, &definition);
            Ok(guest_ticket(&ticket, &definition, &fields))
        })
    }

    fn history(&self, id: i64, limit: u32) -> Answered<'_, Vec<types::FlowEntry>> {
        let db = self.db.clone();
        self.ask(async move {
            let logs = store::flow_logs::newest(&db, TicketId(id), limit.into()).await.map_err(failed)?;
            Ok(logs.iter().map(flow_entry).collect())
        })
    }

    fn kv_get<'a>(&'a self, key: &'a str) -> Answered<'a, Option<Vec<u8>>> {
        let (db, plugin, key) = (self.db.clone(), self.namespace(), key.to_owned());
        self.ask(async move { kv::get(&db, plugin?, &key).await.map_err(failed) })
    }

    fn kv_set<'a>(&'a self, key: &'a str, value: Vec<u8>, ttl: Option<Duration>) -> Answered<'a, ()> {
        let (db, plugin, key, room) = (self.db.clone(), self.namespace(), key.to_owned(), self.kv_bytes);
        self.ask(async move {
            let (plugin, mut db) = (plugin?, connection(&db).await?);
            let entry = Entry { key: &key, value: &value, ttl, room };
            match kv::set(&mut db, plugin, entry).await.map_err(failed)? {
                Kept::Yes | Kept::Differs => Ok(()),
                Kept::Full => Err(full(room)),
            }
        })
    }

    fn kv_delete<'a>(&'a self, key: &'a str) -> Answered<'a, ()> {
        let (db, plugin, key) = (self.db.clone(), self.namespace(), key.to_owned());
        self.ask(async move { kv::delete(&db, plugin?, &key).await.map_err(failed) })
    }

    fn kv_compare_and_set<'a>(&'a self, key: &'a str, old: Option<Vec<u8>>, new: Vec<u8>) -> Answered<'a, bool> {
        let (db, plugin, key, room) = (self.db.clone(), self.namespace(), key.to_owned(), self.kv_bytes);
        self.ask(async move {
            let (plugin, mut db) = (plugin?, connection(&db).await?);
            let entry = Entry { key: &key, value: &new, ttl: None, room };
            match kv::compare_and_set(&mut db, plugin, old.as_deref(), entry).await.map_err(failed)? {
                Kept::Yes => Ok(true),
                Kept::Differs => Ok(false),
                Kept::Full => Err(full(room)),
            }
        })
    }

    fn user_by_name<'a>(&'a self, username: &'a str) -> Answered<'a, types::User> {
        let (db, name) = (self.db.clone(), username.to_owned());
        self.ask(async move { person(&db, name).await?.ok_or(ServiceError::NotFound) })
    }

    fn users_in_role(&self, role_id: i64, limit: u32) -> Answered<'_, Vec<types::User>> {
        let db = self.db.clone();
        self.ask(async move { members(people::in_role(&db, RoleId(role_id), limit.into()).await) })
    }

    fn users_in_dept(&self, dept_id: i64, depth: Depth, limit: u32) -> Answered<'_, Vec<types::User>> {
        let db = self.db.clone();
        let reach = match depth {
            Depth::Direct => Reach::Itself,
            Depth::Below => Reach::Below,
        };
        self.ask(async move { members(people::in_department(&db, (DepartmentId(dept_id), reach), limit.into()).await) })
    }

    fn leader_of_dept(&self, dept_id: i64) -> Answered<'_, Option<types::User>> {
        let db = self.db.clone();
        self.ask(async move {
            let leader = people::leader(&db, DepartmentId(dept_id)).await.map_err(failed)?;
            person(&db, leader.ok_or(ServiceError::NotFound)?).await
        })
    }
}

impl PluginHost {
    fn ask<T: Send + 'static>(
        &self,
        question: impl Future<Output = Result<T, ServiceError>> + Send + 'static,
    ) -> Answered<'_, T> {
        Box::pin(self.queries.ask(question))
    }

    fn namespace(&self) -> Result<PluginId, ServiceError> {
        self.plugin.ok_or(ServiceError::NotFound)
    }
}

async fn connection(db: &PgPool) -> Result<PoolConnection<Postgres>, ServiceError> {
    db.acquire().await.map_err(|error| failed(error.into()))
}

async fn person(db: &PgPool, username: String) -> Result<Option<types::User>, ServiceError> {
    if username.contains('\0') {
        return Ok(None); // a name that the database cannot even be asked for is nobody's
    }
    let found = people::by_names(db, &[username]).await.map_err(failed)?;
    Ok(found.into_iter().next().map(guest_user))
}

fn full(room: usize) -> ServiceError {
    ServiceError::Exhausted(format!("the plugin may store {room} bytes"))
}

fn failed(error: store::Error) -> ServiceError {
    ServiceError::Failed(error.to_string())
}

fn members(found: Result<Option<Vec<PersonRow>>, store::Error>) -> Result<Vec<types::User>, ServiceError> {
    let found = found.map_err(failed)?.ok_or(ServiceError::NotFound)?;
    Ok(found.into_iter().map(guest_user).collect())
}

#[cfg(test)]
pub(super) mod testing {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::{app::App, store::plugins};

    /// Of a call of a plugin `one` for a ticket 7.
    pub(in crate::app) async fn host(app: &App) -> PluginHost {
        let plugin = plugins::insert(&app.db, ("one", ""), &[], "").await.unwrap();
        PluginHost {
            db: app.db.clone(),
            queries: app.guest_queries.clone(),
            definitions: Arc::clone(&app.definitions),
            key: app.key.clone(),
            plugin: Some(plugin),
            settings: vec![("k".into(), "v".into())],
            kv_bytes: 10 << 20,
            own: types::Ticket { id: 7, title: "own".into(), ..types::Ticket::default() },
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::{testing::host, *};
    use crate::{app::testing::app, store::testing as tables};

    fn names(people: Result<Vec<types::User>, ServiceError>) -> Vec<String> {
        people.unwrap().into_iter().map(|user| user.username).collect()
    }

    #[tokio::test]
    async fn people_are_found_by_name_role_and_department() {
        let app = app().await;
        let host = host(&app).await;
        tables::insert_company(&app.db).await;
        let lisi = host.user_by_name("lisi").await.unwrap();
        assert_eq!((lisi.email.as_str(), lisi.dept_ids, lisi.role_ids), ("lisi@x", vec![1], vec![1]));
        assert_eq!(host.user_by_name("ghost").await, Err(ServiceError::NotFound));
        assert_eq!(names(host.users_in_role(1, 10).await), ["lisi", "boss"], "active ones alone");
        assert_eq!(names(host.users_in_role(1, 1).await), ["lisi"]);
        assert_eq!(host.users_in_role(2, 10).await, Ok(vec![]), "a role without people");
        assert_eq!(host.users_in_role(3, 10).await, Err(ServiceError::NotFound));
        assert_eq!(names(host.users_in_dept(1, Depth::Direct, 10).await), ["lisi"]);
        assert_eq!(names(host.users_in_dept(1, Depth::Below, 10).await), ["lisi", "boss"]);
        assert_eq!(host.users_in_dept(3, Depth::Below, 10).await, Err(ServiceError::NotFound));
        assert_eq!(host.leader_of_dept(1).await.unwrap().unwrap().username, "boss");
        assert_eq!(host.leader_of_dept(2).await, Ok(None));
        assert_eq!(host.leader_of_dept(3).await, Err(ServiceError::NotFound));
    }

    #[tokio::test]
    async fn secrets_and_storage_are_the_plugins_own() {
        let app = app().await;
        let host = host(&app).await;
        let plugin = host.plugin.unwrap();
        app.set_plugin_secret(plugin, ("T", "value"), "admin").await.unwrap();
        assert_eq!(host.secret("T").await, Ok(Secret::new("value")));
        assert_eq!(host.secret("U").await, Err(ServiceError::NotFound));
        host.kv_set("k", vec![1], Some(Duration::from_mins(1))).await.unwrap();
        assert_eq!(host.kv_get("k").await, Ok(Some(vec![1])));
        assert_eq!(host.kv_compare_and_set("k", None, vec![2]).await, Ok(false));
        assert_eq!(host.kv_compare_and_set("k", Some(vec![1]), vec![2]).await, Ok(true));
        host.kv_delete("k").await.unwrap();
        assert_eq!(host.kv_get("k").await, Ok(None));

        let host = PluginHost { plugin: None, ..host };
        assert_eq!(host.secret("T").await, Err(ServiceError::NotFound));
        assert_eq!(host.kv_get("k").await, Err(ServiceError::NotFound));
        assert_eq!(host.ticket(7).await.unwrap().title, "own", "as it was at the start");
        assert_eq!(host.ticket(8).await, Err(ServiceError::NotFound));
    }

    #[tokio::test]
    async fn a_database_that_does_not_answer_is_the_hosts_trouble_and_not_for_ever() {
        let app = app().await;
        let host = host(&app).await;
        let mut holder = app.db.begin().await.unwrap();
        tables::lock_users(&mut holder).await;
        let begun = tokio::time::Instant::now();
        assert!(matches!(host.user_by_name("lisi").await, Err(ServiceError::Failed(_))));
        assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    }
}
