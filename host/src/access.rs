//! What an app can be held to beyond its signature: where it calls from, whom it speaks for, which scheme it signs with, how often
//! it calls (threat-model §3, F-61). Pure: who calls from where is found out in `http`, what was counted is in `app::door`.

use std::{fmt, net::IpAddr, str::FromStr};

use crate::{config::Network, signature::Version};

/// Entries that a list may hold.
const MOST: usize = 1000;
/// Characters of a pattern: as many as a user name may have.
const PATTERN_CHARACTERS: usize = 100;
pub const RATE_MOST: u32 = 1_000_000;

/// The default is what every app could do in loonflow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccessRules {
    /// Empty: from anywhere.
    pub networks: Vec<Network>,
    /// Empty: for anybody.
    pub users: Vec<UserPattern>,
    pub min_version: Version,
    /// Whether a changing v1 call is refused the second time.
    pub replay_check: bool,
    /// Calls in a minute; 0 is no limit.
    pub rate_per_minute: u32,
}

impl AccessRules {
    /// An address that nobody knows is in no network.
    pub fn admit_address(&self, address: Option<IpAddr>) -> bool {
        let in_one = |address| self.networks.iter().any(|network| network.contains(address));
        self.networks.is_empty() || address.is_some_and(in_one)
    }

    /// A call without a user name speaks for nobody, which is always let through.
    pub fn admit_user(&self, username: Option<&str>) -> bool {
        let named = |name: &str| self.users.iter().any(|pattern| pattern.fits(name));
        self.users.is_empty() || username.is_none_or(named)
    }
}

/// A user name, in which `*` stands for any text, the empty one too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserPattern(String);

impl UserPattern {
    /// In time proportional to both texts: each part between two stars is looked for once, from where the last one ended.
    fn fits(&self, name: &str) -> bool {
        let Some((first, rest)) = self.0.split_once('*') else {
            return self.0 == name;
        };
        let (between, last) = rest.rsplit_once('*').unwrap_or(("", rest));
        let Some(inner) = name.strip_prefix(first).and_then(|name| name.strip_suffix(last)) else {
            return false;
        };
        let found = between.split('*').try_fold(inner, |left, part| left.split_once(part).map(|(_, after)| after));
        found.is_some()
    }
}

impl FromStr for UserPattern {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let fit = (1..=PATTERN_CHARACTERS).contains(&text.chars().count()) && !text.chars().any(char::is_control);
        if fit && !text.contains(',') {
            Ok(Self(text.to_owned()))
        } else {
            Err(format!("{text:?} is not a user name or a pattern of them"))
        }
    }
}

impl fmt::Display for UserPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The entries of a list as an administrator gives it: blanks around them are nothing, and so is an entry without text.
/// None when one of them is not of its kind, or when there are more than 1,000.
pub fn entries<'a, T: FromStr>(texts: impl IntoIterator<Item = &'a str>) -> Option<Vec<T>> {
    let texts = texts.into_iter().map(str::trim).filter(|text| !text.is_empty());
    let entries: Vec<T> = texts.take(MOST + 1).map(|text| text.parse().ok()).collect::<Option<_>>()?;
    (entries.len() <= MOST).then_some(entries)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rules(networks: &str, users: &str) -> AccessRules {
        AccessRules {
            networks: entries(networks.split(',')).unwrap(),
            users: entries(users.split(',')).unwrap(),
            ..AccessRules::default()
        }
    }

    #[test]
    fn an_app_calls_from_its_networks_only() {
        let rules = rules("10.0.0.0/8, 192.168.1.7,fd00::/8", "");
        for inside in ["10.1.2.3", "192.168.1.7", "fd12::1", "::ffff:10.1.2.3"] {
            assert!(rules.admit_address(Some(inside.parse().unwrap())), "{inside}");
        }
        for outside in ["11.0.0.1", "192.168.1.8", "fe80::1", "::1"] {
            assert!(!rules.admit_address(Some(outside.parse().unwrap())), "{outside}");
        }
        assert!(!rules.admit_address(None));
        assert!(AccessRules::default().admit_address(None));
    }

    #[test]
    fn f61_an_app_speaks_for_the_users_of_its_list_only() {
        let rules = rules("", "lisi,ops-*,*@example.com,a*b*c");
        for named in ["lisi", "ops-", "ops-1", "x@example.com", "abc", "a-b-b-c"] {
            assert!(rules.admit_user(Some(named)), "{named}");
        }
        for other in ["lisi2", "Lisi", "xops-1", "example.com", "ac", "acb", "ab", "李四"] {
            assert!(!rules.admit_user(Some(other)), "{other}");
        }
        assert!(rules.admit_user(None));
        assert!(AccessRules::default().admit_user(Some("anybody")));
    }

    proptest! {
        #[test]
        fn a_pattern_fits_what_its_stars_were_replaced_in(parts in prop::collection::vec("[ab]{0,3}", 1..5), fills in prop::collection::vec("[abc]{0,3}", 4)) {
            let pattern = UserPattern(parts.join("*"));
            let mut name = parts[0].clone();
            for (part, fill) in parts[1..].iter().zip(&fills) {
                name.push_str(fill);
                name.push_str(part);
            }
            prop_assert!(pattern.fits(&name));
            let foreign = format!("{name}z");
            prop_assert_eq!(pattern.fits(&foreign), parts.len() > 1 && parts.last().is_some_and(String::is_empty));
        }
    }

    #[test]
    fn a_list_is_bounded_and_of_one_kind() {
        assert!(entries::<Network>(["10.0.0.0/8", "", " ::1 "]).unwrap().len() == 2);
        assert_eq!(entries::<Network>(["10.0.0.0/33"]), None);
        assert_eq!(entries::<UserPattern>(["a\u{0}"]), None);
        assert_eq!(entries::<UserPattern>([&*"x".repeat(101)]), None);
        assert_eq!(entries::<UserPattern>(vec!["a"; 1000]).map(|list| list.len()), Some(1000));
        assert_eq!(entries::<UserPattern>(vec!["a"; 1001]), None);
    }
}
