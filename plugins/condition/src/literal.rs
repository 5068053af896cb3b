//! Quoted texts: quotes, escapes, and the placeholders inside them.
//! `'{name}'` means the text of the field's value; `{{` and `}}` are braces.

use crate::Problem;
use crate::lexer::Lexer;

/// A piece of a quoted text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Part<'a> {
    Fixed(String),
    Field { name: &'a str, offset: usize },
}

/// Reads the quoted text the lexer stands on.
pub(crate) fn text<'a>(lexer: &mut Lexer<'a>) -> Result<Vec<Part<'a>>, Problem> {
    let start = lexer.at;
    let quote = opening(lexer.rest());
    lexer.at += quote.len();
    let mut parts = Vec::new();
    let mut fixed = String::new();
    loop {
        if lexer.rest().starts_with(quote) {
            lexer.at += quote.len();
            break;
        }
        match lexer.peek() {
            None => return Err(Problem::at(start, "this quoted text is never closed")),
            Some('\n' | '\r') if quote.len() == 1 => {
                return Err(Problem::at(start, "this quoted text is not closed on its line"));
            }
            Some('\0') => return Err(Problem::at(lexer.at, "a zero byte has no meaning here")),
            Some('\r') => {
                lexer.at += if lexer.rest().starts_with("\r\n") { 2 } else { 1 };
                fixed.push('\n');
            }
            Some('\\') => escape(lexer, &mut fixed)?,
            Some('{') if !lexer.rest().starts_with("{{") => {
                let offset = lexer.at;
                let name = lexer.placeholder()?;
                if !fixed.is_empty() {
                    parts.push(Part::Fixed(std::mem::take(&mut fixed)));
                }
                parts.push(Part::Field { name, offset });
            }
            Some(c @ ('{' | '}')) => {
                if c == '}' && !lexer.rest().starts_with("}}") {
                    return Err(Problem::at(lexer.at, "`}` closes nothing; write `}}` for a brace"));
                }
                lexer.at += 2;
                fixed.push(c);
            }
            Some(c) => {
                lexer.at += c.len_utf8();
                fixed.push(c);
            }
        }
    }
    if !fixed.is_empty() || parts.is_empty() {
        parts.push(Part::Fixed(fixed));
    }
    Ok(parts)
}

fn opening(rest: &str) -> &str {
    if rest.starts_with("'''") || rest.starts_with("\"\"\"") { &rest[..3] } else { &rest[..1] }
}

/// One escape, standing on the backslash. As in Python, an unknown one keeps its backslash.
fn escape(lexer: &mut Lexer<'_>, out: &mut String) -> Result<(), Problem> {
    let offset = lexer.at;
    lexer.at += 1;
    let Some(kind) = lexer.peek() else {
        return Err(Problem::at(offset, "this quoted text is never closed"));
    };
    if ('0'..='7').contains(&kind) {
        let digits: &str = {
            let rest = lexer.rest();
            let len = rest.bytes().take(3).take_while(|b| (b'0'..=b'7').contains(b)).count();
            &rest[..len]
        };
        lexer.at += digits.len();
        return push_code(out, u32::from_str_radix(digits, 8).ok(), offset);
    }
    if !matches!(kind, '{' | '}') {
        lexer.at += kind.len_utf8();
    }
    let plain = match kind {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        'a' => '\x07',
        'b' => '\x08',
        'f' => '\x0c',
        'v' => '\x0b',
        '\\' | '\'' | '"' => kind,
        '\n' => return Ok(()),
        '\r' => {
            if lexer.peek() == Some('\n') {
                lexer.at += 1;
            }
            return Ok(());
        }
        'x' => return code(lexer, out, 2, offset),
        'u' => return code(lexer, out, 4, offset),
        'U' => return code(lexer, out, 8, offset),
        'N' => {
            return Err(Problem::at(offset, "characters by name (`\\N`) are not supported"));
        }
        '\0' => return Err(Problem::at(offset, "a zero byte has no meaning here")),
        '{' | '}' => {
            out.push('\\');
            return Ok(());
        }
        other => {
            out.push('\\');
            other
        }
    };
    out.push(plain);
    Ok(())
}

fn code(lexer: &mut Lexer<'_>, out: &mut String, len: usize, offset: usize) -> Result<(), Problem> {
    let Some(digits) = lexer.rest().get(..len).filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit())) else {
        return Err(Problem::at(offset, format!("this escape needs {len} hexadecimal digits")));
    };
    lexer.at += len;
    push_code(out, u32::from_str_radix(digits, 16).ok(), offset)
}

fn push_code(out: &mut String, code: Option<u32>, offset: usize) -> Result<(), Problem> {
    let Some(c) = code.and_then(char::from_u32) else {
        return Err(Problem::at(offset, "this escape names no character"));
    };
    out.push(c);
    Ok(())
}
