//! A plugin's own limits: never above the server's, lower where its manifest wishes so, and as an administrator sets them, who has the
//! last word over the wish (plugin-runtime §6). Kind by kind, since an action and a condition have different numbers.

use gavia_sandbox::{Kind, Limits, Lowered};
use serde_json::{Map, Value, json};

use super::{RegistryError, note};
use crate::{
    app::App,
    plugins::{PluginId, wished_limits},
    store::{
        self,
        plugins::{self, versions},
    },
};

/// What a kind's calls may use, and why.
#[derive(Clone, Debug)]
pub struct KindLimits {
    pub kind: Kind,
    /// The server's; nothing goes above.
    pub cap: Lowered,
    /// The manifest's, of the active version or else of the newest.
    pub wish: Lowered,
    /// An administrator's.
    pub set: Lowered,
    pub effective: Lowered,
}

/// In use for calls as `kind`: the server's number, the plugin's wish where it is lower, an administrator's number instead of the wish.
pub(in crate::app) fn effective(kind: Kind, manifest: &Value, set: &Value) -> Result<Limits, store::Error> {
    let set = of_kind(set, kind).map_err(store::Error::Inconsistent)?;
    Ok(Limits::for_kind(kind).lowered(&set.or(wish(manifest, kind))))
}

/// A wish that this server does not understand is none.
fn wish(manifest: &Value, kind: Kind) -> Lowered {
    of_kind(&wished_limits(manifest), kind).unwrap_or_default()
}

fn of_kind(limits: &Value, kind: Kind) -> Result<Lowered, String> {
    match limits.get(kind.to_string()) {
        None => Ok(Lowered::default()),
        Some(numbers) => serde_json::from_value(numbers.clone()).map_err(|error| format!("limits of {kind}: {error}")),
    }
}

/// What an administrator typed, by kind: every number one that exists, and none above the server's.
fn read(typed: &Map<String, Value>) -> Result<(), RegistryError> {
    for (name, numbers) in typed {
        let unfit = |limit: Option<&str>, text: String| {
            let path = std::iter::once(name.as_str()).chain(limit).map(str::to_owned).collect();
            RegistryError::UnfitPart { path, text }
        };
        let kind = Kind::ALL.into_iter().find(|kind| kind.to_string() == *name);
        let kind = kind.ok_or_else(|| {
            unfit(None, format!("{name:?} is no kind of plugin: there are action, participants, notice and condition"))
        })?;
        let given: Result<Lowered, _> = serde_path_to_error::deserialize(numbers.clone());
        let given = given.map_err(|error| {
            let limit = error.path().to_string();
            unfit(Some(limit.as_str()).filter(|limit| *limit != "."), format!("{name}: {}", error.inner()))
        })?;
        let (given, cap) = (json!(given), json!(Limits::for_kind(kind).numbers()));
        for (limit, number) in given.as_object().into_iter().flatten() {
            if number.as_u64() > cap[limit].as_u64() {
                let text = format!("{name}: {limit} can only be lowered, and {} is the server's", cap[limit]);
                return Err(unfit(Some(limit), text));
            }
        }
    }
    Ok(())
}

impl App {
    /// For every kind that the plugin is.
    pub async fn plugin_limits(&self, id: PluginId) -> Result<Vec<KindLimits>, RegistryError> {
        let row = plugins::get(&self.db, id).await?.ok_or(RegistryError::PluginMissing)?;
        let set = plugins::limits(&self.db, id).await?;
        let versions = versions::list(&self.db, id, 100).await?;
        let shown = versions.iter().find(|version| row.active == Some(version.id)).or(versions.first());
        let manifest = shown.map_or(Value::Null, |version| version.manifest.clone());
        let kinds = Kind::ALL.into_iter().filter(|kind| row.kinds.contains(&kind.to_string()));
        kinds
            .map(|kind| {
                Ok(KindLimits {
                    kind,
                    cap: Limits::for_kind(kind).numbers(),
                    wish: wish(&manifest, kind),
                    set: of_kind(&set, kind).map_err(store::Error::Inconsistent)?,
                    effective: effective(kind, &manifest, &set)?.numbers(),
                })
            })
            .collect()
    }

    /// All of an administrator's numbers anew. Calls that begin from now on have them.
    pub async fn set_plugin_limits(
        &self,
        id: PluginId,
        limits: Map<String, Value>,
        by: &str,
    ) -> Result<(), RegistryError> {
        read(&limits)?;
        let (mut tx, _) = self.holding(id).await?;
        let before = plugins::limits(&mut *tx, id).await?;
        let after = Value::Object(limits);
        plugins::set_limits(&mut *tx, id, &after).await?;
        note(&mut tx, (id, "plugin.limits", by), (Some(before), Some(after))).await?;
        Ok(tx.commit().await?)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn an_administrator_has_the_last_word_and_nobody_goes_above_the_server() {
        let manifest = json!({ "limits": { "action": { "cpu_ms": 200, "wall_ms": 90_000, "http_requests": 3 } } });
        let limits = effective(Kind::Action, &manifest, &json!({})).unwrap();
        let server = Limits::for_kind(Kind::Action);
        assert_eq!((limits.cpu, limits.wall, limits.http_requests), (Duration::from_millis(200), server.wall, 3));
        let set = json!({ "action": { "cpu_ms": 500, "http_requests": 0 } });
        let limits = effective(Kind::Action, &manifest, &set).unwrap();
        assert_eq!((limits.cpu, limits.http_requests), (Duration::from_millis(500), 0), "over the wish, below the cap");
        assert_eq!(effective(Kind::Notice, &manifest, &set).unwrap(), Limits::for_kind(Kind::Notice), "kind by kind");
        let odd = json!({ "limits": { "action": { "cpu": 1 } } });
        assert_eq!(effective(Kind::Action, &odd, &json!({})).unwrap(), server);
    }

    #[test]
    fn what_is_typed_is_checked() {
        let told = |typed: Value| read(typed.as_object().unwrap());
        told(json!({ "action": { "cpu_ms": 1000, "calls": 1 }, "condition": {} })).unwrap();
        for (typed, place, reason) in [
            (
                json!({ "action": { "cpu_ms": 1001 } }),
                "action/cpu_ms",
                "action: cpu_ms can only be lowered, and 1000 is the server's",
            ),
            (json!({ "action": { "cpu": 1 } }), "action/cpu", "action: unknown field `cpu`"),
            (json!({ "action": { "calls": -1 } }), "action/calls", "action: invalid value"),
            (json!({ "action": 7 }), "action", "action: invalid type"),
            (json!({ "actor": {} }), "actor", "\"actor\" is no kind of plugin"),
        ] {
            let RegistryError::UnfitPart { path, text } = told(typed).unwrap_err() else { panic!("{reason}") };
            assert_eq!(path.join("/"), place);
            assert!(text.starts_with(reason), "{text}");
        }
    }
}
