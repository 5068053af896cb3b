//! What may be a user's name, wherever one is given (threat-model §3): one name in one spelling, and none that the engine acts under.

use unicode_normalization::is_nfc;

use crate::workflow::ROBOT;

/// 1–100 characters of NFC text without control characters or commas, and not reserved.
pub fn is_fit(name: &str) -> bool {
    let plain =
        (1..=100).contains(&name.chars().count()) && is_nfc(name) && !name.chars().any(|c| c.is_control() || c == ',');
    let reserved = name == ROBOT || name == "hook" || name.starts_with("script:");
    plain && !reserved
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_plain_name_that_the_engine_does_not_use() {
        for good in ["admin", "李雷", "a b", &"x".repeat(100)] {
            assert!(is_fit(good), "{good}");
        }
        for bad in ["", "a,b", "a\nb", "loonrobot", "hook", "script:1", "e\u{301}", &"x".repeat(101)] {
            assert!(!is_fit(bad), "{bad}");
        }
    }
}
