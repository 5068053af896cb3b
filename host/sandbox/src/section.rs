//! Reads a custom section of a component, or of a module inside it, and adds one, without running or compiling anything.

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

/// The component with a custom section of this name after its end. One that is there already stays the first.
#[must_use]
pub fn with_custom_section(component: &[u8], name: &str, contents: &[u8]) -> Vec<u8> {
    let named = [&leb(name.len())[..], name.as_bytes()].concat();
    let size = leb(named.len() + contents.len());
    [component, &[0], &size, &named, contents].concat()
}

/// A number as WebAssembly writes it.
fn leb(mut number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let low = u8::try_from(number & 0x7f).expect("seven bits");
        number >>= 7;
        if number == 0 {
            bytes.push(low);
            return bytes;
        }
        bytes.push(low | 0x80);
    }
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

    #[test]
    fn a_section_that_was_added_is_found() {
        let bytes = wat::parse_str("(component)").unwrap();
        for length in [0, 1, 127, 128, 20_000] {
            let contents = vec![b'x'; length];
            let longer = with_custom_section(&bytes, "added", &contents);
            assert_eq!(custom_section(&longer, "added"), Some(&contents[..]));
            assert!(longer.starts_with(&bytes));
        }
    }
}
