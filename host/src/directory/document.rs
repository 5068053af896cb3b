//! The document's shape, and reading it from JSON within bounds: counts are held while reading, so that a body of the allowed size
//! cannot unfold into much more memory. Whether what it says is fit is decided by `check` and `plan`.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{Error as _, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};

/// Largest document in bytes, as JSON or as CSV.
pub const BYTES_MAX: usize = 64 << 20;
pub const USERS_MAX: usize = 200_000;
pub(super) const DEPARTMENTS_MAX: usize = 20_000;
pub(super) const ROLES_MAX: usize = 5_000;
/// Departments of one user, roles of one user, approvers of one department.
pub(super) const NAMED_MAX: usize = 100;

/// What a document without a `source` counts as.
pub const SOURCE: &str = "default";

/// One source's word on its people. A list that is left out says nothing of its kind.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// Which source speaks: 1–50 characters.
    #[serde(default = "default_source")]
    pub source: String,
    /// Whether the document names all that its source has: who is missing in it has left.
    #[serde(default = "default_complete")]
    pub complete: bool,
    #[serde(default, deserialize_with = "objects::<_, _, DEPARTMENTS_MAX>")]
    pub departments: Option<Vec<Department>>,
    #[serde(default, deserialize_with = "objects::<_, _, ROLES_MAX>")]
    pub roles: Option<Vec<Role>>,
    #[serde(default, deserialize_with = "objects::<_, _, USERS_MAX>")]
    pub users: Option<Vec<User>>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Department {
    pub key: String,
    pub name: String,
    /// The key of the department above; none or an empty one is the top.
    pub parent: Option<String>,
    /// A user name.
    #[serde(default, deserialize_with = "given")]
    pub leader: Option<String>,
    /// User names.
    #[serde(default, deserialize_with = "given_list")]
    pub approvers: Option<Vec<String>>,
    #[serde(default, deserialize_with = "given")]
    pub label: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// None: its name.
    pub key: Option<String>,
    pub name: String,
    #[serde(default, deserialize_with = "given")]
    pub description: Option<String>,
}

impl Role {
    pub fn key(&self) -> &str {
        self.key.as_deref().unwrap_or(&self.name)
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct User {
    pub username: String,
    /// A new user without one is shown by the user name.
    #[serde(default, deserialize_with = "given")]
    pub alias: Option<String>,
    #[serde(default, deserialize_with = "given")]
    pub email: Option<String>,
    #[serde(default, deserialize_with = "given")]
    pub phone: Option<String>,
    /// Keys; the first is the department that the 0.3 wire shows.
    #[serde(default, deserialize_with = "given_list")]
    pub departments: Option<Vec<String>>,
    /// Keys.
    #[serde(default, deserialize_with = "given_list")]
    pub roles: Option<Vec<String>>,
    /// None: active, since the source names the person.
    pub is_active: Option<bool>,
}

fn default_source() -> String {
    SOURCE.to_owned()
}

fn default_complete() -> bool {
    true
}

/// Null is said, as opposed to left out: it clears.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(Some(Option::deserialize(deserializer)?.unwrap_or_default()))
}

fn given_list<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<String>>, D::Error> {
    Ok(Some(list::<_, _, NAMED_MAX>(deserializer)?.unwrap_or_default()))
}

fn objects<'de, D: Deserializer<'de>, T: Deserialize<'de>, const MAX: usize>(
    deserializer: D,
) -> Result<Option<Vec<T>>, D::Error> {
    let list = list::<D, Object<T>, MAX>(deserializer)?;
    Ok(list.map(|list| list.into_iter().map(|object| object.0).collect()))
}

/// What is written as a JSON object. Without this, serde would take an array for its fields in their order too.
struct Object<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Fields(PhantomData)).map(Self)
    }
}

struct Fields<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Fields<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(fields))
    }
}

/// A list of at most `MAX` entries, or null.
fn list<'de, D: Deserializer<'de>, T: Deserialize<'de>, const MAX: usize>(
    deserializer: D,
) -> Result<Option<Vec<T>>, D::Error> {
    deserializer.deserialize_option(AtMost::<T, MAX>(PhantomData))
}

struct AtMost<T, const MAX: usize>(PhantomData<T>);

impl<'de, T: Deserialize<'de>, const MAX: usize> Visitor<'de> for AtMost<T, MAX> {
    type Value = Option<Vec<T>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list of at most {MAX}")
    }

    fn visit_none<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        let mut list = Vec::new();
        while let Some(entry) = entries.next_element()? {
            if list.len() == MAX {
                return Err(A::Error::custom(format_args!("more than {MAX} entries in a list")));
            }
            list.push(entry);
        }
        Ok(Some(list))
    }
}

impl Document {
    /// Reads JSON. The error says line and column, and repeats at most a little of the input.
    pub fn from_json(bytes: &[u8]) -> Result<Self, String> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let read = serde_json::from_slice(bytes).map(|Object(document)| document);
        read.map_err(|error| {
            let (text, place) = (error.to_string(), format!(" at line {} column {}", error.line(), error.column()));
            let short: String = text.strip_suffix(&place).unwrap_or(&text).chars().take(200).collect();
            format!("{short}{place}")
        })
    }
}
