//! Numbers as text, both ways: `str(1.5)`, `int(' 12 ')`, `float('1e3')`, with Python's spelling of each.
//! Decimal digits of every script are digits, as in Python.

use crate::fault::{Answer, Fault};
use crate::number::too_large;

/// The zero of every script that Unicode 14 gives decimal digits; the other nine follow it.
const ZEROS: [u32; 66] = [
    0x30, 0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50, 0xed0,
    0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620,
    0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10, 0x104a0, 0x10d30, 0x11066, 0x110f0, 0x11136, 0x111d0,
    0x112f0, 0x11450, 0x114d0, 0x11650, 0x116c0, 0x11730, 0x118e0, 0x11950, 0x11c50, 0x11d50, 0x11da0, 0x16a60,
    0x16ac0, 0x16b50, 0x1d7ce, 0x1d7d8, 0x1d7e2, 0x1d7ec, 0x1d7f6, 0x1e140, 0x1e2f0, 0x1e950, 0x1fbf0,
];

/// Digits that are not decimal: superscripts, circled ones and the like.
const OTHER_DIGITS: [(u32, u32); 20] = [
    (0xb2, 0xb3),
    (0xb9, 0xb9),
    (0x1369, 0x1371),
    (0x19da, 0x19da),
    (0x2070, 0x2070),
    (0x2074, 0x2079),
    (0x2080, 0x2089),
    (0x2460, 0x2468),
    (0x2474, 0x247c),
    (0x2488, 0x2490),
    (0x24ea, 0x24ea),
    (0x24f5, 0x24fd),
    (0x24ff, 0x24ff),
    (0x2776, 0x277e),
    (0x2780, 0x2788),
    (0x278a, 0x2792),
    (0x10a40, 0x10a43),
    (0x10e60, 0x10e68),
    (0x11052, 0x1105a),
    (0x1f100, 0x1f10a),
];

/// The value of a decimal digit of any script.
pub(crate) fn decimal(c: char) -> Option<u8> {
    let code = u32::from(c);
    let zero = ZEROS[..ZEROS.partition_point(|zero| *zero <= code)].last()?;
    u8::try_from(code - zero).ok().filter(|value| *value < 10)
}

/// What `str.isdigit` asks of each character.
pub(crate) fn is_digit(c: char) -> bool {
    decimal(c).is_some() || OTHER_DIGITS.iter().any(|(first, last)| (*first..=*last).contains(&u32::from(c)))
}

/// What Python strips and splits at: Unicode's white space and the four separators of ASCII.
pub(crate) fn is_space(c: char) -> bool {
    c.is_whitespace() || ('\x1c'..='\x1f').contains(&c)
}

/// The text with ASCII digits, without blanks around it and without the underscores that may stand between two digits.
/// None if an underscore stands elsewhere.
fn plain(text: &str) -> Option<String> {
    let text = text.trim_matches(is_space);
    let mut plain = String::with_capacity(text.len());
    let mut may_underscore = false;
    let mut after_underscore = false;
    for c in text.chars() {
        if c == '_' {
            if !may_underscore || after_underscore {
                return None;
            }
            after_underscore = true;
            continue;
        }
        let digit = decimal(c);
        if after_underscore && digit.is_none() {
            return None;
        }
        after_underscore = false;
        may_underscore = digit.is_some();
        plain.push(digit.map_or(c, |value| char::from(b'0' + value)));
    }
    (!after_underscore).then_some(plain)
}

/// `int(text)`
pub(crate) fn int(text: &str) -> Answer<i64> {
    let not_a_number = || Fault::said("this text is not a whole number");
    let plain = plain(text).ok_or_else(not_a_number)?;
    let digits = plain.strip_prefix(['+', '-']).unwrap_or(&plain);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(not_a_number());
    }
    plain.parse().map_err(|_| too_large())
}

/// `float(text)`
pub(crate) fn float(text: &str) -> Answer<f64> {
    plain(text).and_then(|plain| plain.parse().ok()).ok_or_else(|| Fault::said("this text is not a number"))
}

/// The shortest text that reads back as the same float, with a point or an exponent.
pub(crate) fn float_text(value: f64) -> String {
    if value.is_nan() {
        return "nan".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "inf".to_owned() } else { "-inf".to_owned() };
    }
    let scientific = format!("{value:e}");
    let Some((digits, exponent)) = scientific.split_once('e') else {
        return scientific;
    };
    match exponent.parse::<i32>() {
        Ok(-4..=15) => format!("{value:?}"),
        Ok(exponent) => format!("{digits}e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.unsigned_abs()),
        Err(_) => scientific,
    }
}
