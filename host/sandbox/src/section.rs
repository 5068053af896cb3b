//! Reads a custom section of a component, or of a module inside it, without running or compiling anything.

use wasmparser::{Parser, Payload};

/// The contents of the first custom section of this name; `None` if there is none, or what precedes it is no WebAssembly.
pub fn custom_section<'a>(bytes: &'a [u8], name: &str) -> Option<&'a [u8]> {
    for payload in Parser::new(0).parse_all(bytes) {
        if let Payload::CustomSection(section) = payload.ok()?
            && section.name() == name
        {
            return Some(section.data());
        }
    }
    None
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_section_is_found_at_the_top_and_inside_a_module() {
        let text = r#"(component (core module (@custom "inner" "two")) (@custom "outer" "one"))"#;
        let bytes = wat::parse_str(text).unwrap();
        assert_eq!(custom_section(&bytes, "outer"), Some(&b"one"[..]));
        assert_eq!(custom_section(&bytes, "inner"), Some(&b"two"[..]));
        assert_eq!(custom_section(&bytes, "other"), None);
        assert_eq!(custom_section(b"text", "other"), None);
    }
}
