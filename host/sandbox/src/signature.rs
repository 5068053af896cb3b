//! Writes component types the way WIT does, for messages about what does not fit. Bounded in depth and length.

use wasmtime::component::types::{ComponentFunc, Type};

const MAX_DEPTH: usize = 6;
const MAX_LENGTH: usize = 400;

/// The contract, for the other side of a message.
const CONTRACT: &str = include_str!("../../../plugin-sdk/wit/gavia.wit");

/// The contract's own line about a function: `of_contract("gavia:plugin/config@0.1.0", "get")`.
pub(crate) fn of_contract(interface: &str, function: &str) -> Option<&'static str> {
    let name = interface.rsplit_once('@').map_or(interface, |(base, _)| base).strip_prefix("gavia:plugin/")?;
    let opens = format!("interface {name} {{");
    let start = format!("{function}: func");
    let body =
        CONTRACT.lines().skip_while(|line| !line.starts_with(&opens)).skip(1).take_while(|line| !line.starts_with('}'));
    body.map(str::trim).find(|line| line.starts_with(&start)).map(|line| line.trim_end_matches(';'))
}

/// `func(a: string, b: list<u8>) -> result<_, string>`
pub(crate) fn function(function: &ComponentFunc) -> String {
    let params: Vec<String> = function.params().map(|(name, ty)| format!("{name}: {}", describe(&ty, 0))).collect();
    let mut text = format!("func({})", params.join(", "));
    if let Some(result) = function.results().next() {
        text.push_str(" -> ");
        text.push_str(&describe(&result, 0));
    }
    if text.len() > MAX_LENGTH {
        let cut = (0..=MAX_LENGTH).rev().find(|&i| text.is_char_boundary(i)).unwrap_or(0);
        text.truncate(cut);
        text.push('…');
    }
    text
}

fn describe(ty: &Type, depth: usize) -> String {
    if depth > MAX_DEPTH {
        return "…".to_owned();
    }
    let inner = |ty: &Type| describe(ty, depth + 1);
    let maybe = |ty: Option<Type>| ty.map_or_else(|| "_".to_owned(), |ty| inner(&ty));
    match ty {
        Type::Bool => "bool".to_owned(),
        Type::S8 => "s8".to_owned(),
        Type::U8 => "u8".to_owned(),
        Type::S16 => "s16".to_owned(),
        Type::U16 => "u16".to_owned(),
        Type::S32 => "s32".to_owned(),
        Type::U32 => "u32".to_owned(),
        Type::S64 => "s64".to_owned(),
        Type::U64 => "u64".to_owned(),
        Type::Float32 => "f32".to_owned(),
        Type::Float64 => "f64".to_owned(),
        Type::Char => "char".to_owned(),
        Type::String => "string".to_owned(),
        Type::List(list) => format!("list<{}>", inner(&list.ty())),
        Type::Record(record) => {
            let fields: Vec<String> =
                record.fields().map(|field| format!("{}: {}", field.name, inner(&field.ty))).collect();
            format!("record {{ {} }}", fields.join(", "))
        }
        Type::Tuple(tuple) => format!("tuple<{}>", tuple.types().map(|ty| inner(&ty)).collect::<Vec<_>>().join(", ")),
        Type::Variant(variant) => {
            let cases: Vec<String> = variant
                .cases()
                .map(|case| case.ty.map_or(case.name.to_owned(), |ty| format!("{}({})", case.name, inner(&ty))))
                .collect();
            format!("variant {{ {} }}", cases.join(", "))
        }
        Type::Enum(names) => format!("enum {{ {} }}", names.names().collect::<Vec<_>>().join(", ")),
        Type::Flags(names) => format!("flags {{ {} }}", names.names().collect::<Vec<_>>().join(", ")),
        Type::Option(option) => format!("option<{}>", inner(&option.ty())),
        Type::Result(result) => format!("result<{}, {}>", maybe(result.ok()), maybe(result.err())),
        Type::Own(_) => "own<resource>".to_owned(),
        Type::Borrow(_) => "borrow<resource>".to_owned(),
        Type::Map(_) | Type::Future(_) | Type::Stream(_) | Type::ErrorContext | Type::FixedLengthList(_) => {
            "a type that is not supported".to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Kind;

    #[test]
    fn every_export_has_its_line_in_the_contract() {
        let names = [
            (Kind::Action, "run"),
            (Kind::Participants, "resolve"),
            (Kind::Notice, "send"),
            (Kind::Condition, "first-match"),
        ];
        for (kind, name) in names {
            assert!(of_contract(kind.export(), name).is_some_and(|line| line.contains("ctx: context")), "{kind}");
        }
        assert_eq!(of_contract("gavia:plugin/config@0.1.0", "get"), Some("get: func(key: string) -> option<string>"));
        assert_eq!(of_contract("gavia:plugin/config@0.1.0", "put"), None);
    }
}
