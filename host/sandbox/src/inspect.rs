//! Looks at uploaded bytes before anything is compiled: what they are, whether they are valid with the features that are on, whether
//! they fit the numbers of plugin-runtime §5 and §6. Generates no code.

use wasmparser::{Parser, Payload, ValidPayload, Validator, WasmFeatures};

use crate::{engine, error::Rejection, limits::MAX_MEMORY_BYTES};

/// The largest upload.
pub(crate) const MAX_BYTES: usize = 64 << 20;

const MAX_FUNCTIONS: usize = 50_000;
const MAX_BODY_BYTES: usize = 7 << 20;
/// Past these a plugin is called large.
const LARGE_DATA_BYTES: usize = 16 << 20;
const LARGE_CODE_BYTES: usize = 4 << 20;
const MAX_NESTED: usize = 64;
/// Imports and exports of components; those of core modules, which linkers of other languages make by the thousand, count separately.
const MAX_INTERFACE_ITEMS: usize = 1_000;
const MAX_CORE_ITEMS: usize = 20_000;

/// The two shapes that are accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Component,
    /// To be made a component first.
    CoreModule,
}

/// What was counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) functions: usize,
    nested: usize,
    interface_items: usize,
    core_items: usize,
    core_instances: usize,
    /// In data segments.
    data_bytes: usize,
    /// Of functions.
    code_bytes: usize,
}

impl Counts {
    /// More than a Rust or C plugin has: compiling takes long.
    pub(crate) fn is_large(&self) -> bool {
        self.data_bytes > LARGE_DATA_BYTES || self.code_bytes > LARGE_CODE_BYTES
    }
}

/// Tells what the bytes are, or says what they look like instead.
pub(crate) fn shape(bytes: &[u8]) -> Result<Shape, Rejection> {
    if bytes.len() > MAX_BYTES {
        return Err(Rejection::TooLarge { bytes: bytes.len(), max: MAX_BYTES });
    }
    if Parser::is_component(bytes) {
        return Ok(Shape::Component);
    }
    if Parser::is_core_wasm(bytes) {
        return Ok(Shape::CoreModule);
    }
    Err(Rejection::NotWasm { found: found(bytes) })
}

fn found(bytes: &[u8]) -> String {
    let text = std::str::from_utf8(bytes).ok().filter(|text| !text.contains('\0'));
    let what = match (bytes, text) {
        ([], _) => "an empty file",
        (b, _) if b.starts_with(b"\0asm") => "WebAssembly of a version that does not exist (cut off?)",
        (b, _) if wasmtime::Engine::detect_precompiled(b).is_some() => {
            "compiled code of wasmtime (.cwasm), which is never accepted from outside; upload the .wasm it was made from"
        }
        (b, _) if b.starts_with(b"\x7fELF") => "a native program or library (ELF)",
        (b, _) if b.starts_with(b"MZ") => "a Windows program",
        (b, _) if b.starts_with(b"PK\x03\x04") => "a zip archive",
        (b, _) if b.starts_with(b"\x1f\x8b") => "a gzip archive",
        (_, Some(text)) if text.trim_start().starts_with("(component") || text.trim_start().starts_with("(module") => {
            "WebAssembly text; assemble it first (wasm-tools parse)"
        }
        (_, Some(text)) if is_python(text) => {
            "a Python script; docs/from-a-loonflow-script.md says how a script becomes a plugin"
        }
        (_, Some(_)) => "text",
        _ => "unknown bytes",
    };
    what.to_owned()
}

fn is_python(text: &str) -> bool {
    let starts = ["#!", "import ", "from ", "def ", "class ", "# -*- coding"];
    text.lines().take(200).any(|line| {
        (line.starts_with("#!") && line.contains("python")) || starts[1..].iter().any(|s| line.starts_with(s))
    })
}

/// Validates with the engine's features and counts.
pub(crate) fn check(bytes: &[u8]) -> Result<Counts, Rejection> {
    let mut validator = Validator::new_with_features(features());
    let mut allocations = wasmparser::FuncValidatorAllocations::default();
    let mut counts = Counts::default();
    for payload in Parser::new(0).parse_all(bytes) {
        let payload = payload.map_err(invalid)?;
        counts.add(&payload)?;
        if let ValidPayload::Func(function, body) = validator.payload(&payload).map_err(invalid)? {
            let mut function = function.into_validator(std::mem::take(&mut allocations));
            function.validate(&body).map_err(invalid)?;
            allocations = function.into_allocations();
        }
    }
    Ok(counts)
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that map_err wants")]
fn invalid(error: wasmparser::BinaryReaderError) -> Rejection {
    Rejection::Invalid(error.to_string())
}

/// The same switches as in `engine::config`.
fn features() -> WasmFeatures {
    WasmFeatures::default()
        - WasmFeatures::THREADS
        - WasmFeatures::SHARED_EVERYTHING_THREADS
        - WasmFeatures::MEMORY64
        - WasmFeatures::MULTI_MEMORY
        - WasmFeatures::TAIL_CALL
        - WasmFeatures::GC
        - WasmFeatures::FUNCTION_REFERENCES
        - WasmFeatures::EXCEPTIONS
        - WasmFeatures::LEGACY_EXCEPTIONS
        - WasmFeatures::RELAXED_SIMD
        - WasmFeatures::STACK_SWITCHING
        - WasmFeatures::CM_ASYNC
}

impl Counts {
    fn add(&mut self, payload: &Payload<'_>) -> Result<(), Rejection> {
        match payload {
            Payload::FunctionSection(section) => {
                raise(&mut self.functions, section.count(), MAX_FUNCTIONS, "functions")
            }
            Payload::CodeSectionEntry(body) => {
                let bytes = length(&body.range());
                self.code_bytes = self.code_bytes.saturating_add(bytes);
                at_most(bytes, MAX_BODY_BYTES, "bytes in one function")
            }
            Payload::DataSection(section) => {
                self.data_bytes = self.data_bytes.saturating_add(length(&section.range()));
                Ok(())
            }
            Payload::ComponentSection { .. } | Payload::ModuleSection { .. } => {
                raise(&mut self.nested, 1, MAX_NESTED, "nested components and modules")
            }
            Payload::ComponentImportSection(section) => {
                raise(&mut self.interface_items, section.count(), MAX_INTERFACE_ITEMS, "imports and exports")
            }
            Payload::ComponentExportSection(section) => {
                raise(&mut self.interface_items, section.count(), MAX_INTERFACE_ITEMS, "imports and exports")
            }
            Payload::ImportSection(section) => {
                raise(&mut self.core_items, section.count(), MAX_CORE_ITEMS, "imports and exports of modules")
            }
            Payload::ExportSection(section) => {
                raise(&mut self.core_items, section.count(), MAX_CORE_ITEMS, "imports and exports of modules")
            }
            Payload::InstanceSection(section) => {
                let mut made = 0;
                for instance in section.clone() {
                    made += u32::from(matches!(instance.map_err(invalid)?, wasmparser::Instance::Instantiate { .. }));
                }
                raise(&mut self.core_instances, made, engine::MAX_CORE_INSTANCES as usize, "core instances")
            }
            Payload::MemorySection(section) => {
                for memory in section.clone() {
                    let pages = memory.map_err(invalid)?.initial;
                    let bytes = usize::try_from(pages.saturating_mul(65_536)).unwrap_or(usize::MAX);
                    at_most(bytes, MAX_MEMORY_BYTES, "bytes of memory at the start")?;
                }
                Ok(())
            }
            Payload::TableSection(section) => {
                for table in section.clone() {
                    let elements = usize::try_from(table.map_err(invalid)?.ty.initial).unwrap_or(usize::MAX);
                    at_most(elements, engine::MAX_TABLE_ELEMENTS, "table elements at the start")?;
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

fn length(range: &std::ops::Range<u64>) -> usize {
    usize::try_from(range.end - range.start).unwrap_or(usize::MAX)
}

fn raise(count: &mut usize, by: u32, max: usize, what: &str) -> Result<(), Rejection> {
    *count = count.saturating_add(by as usize);
    at_most(*count, max, what)
}

fn at_most(count: usize, max: usize, what: &str) -> Result<(), Rejection> {
    if count > max { Err(Rejection::Limit(format!("{count} {what}; {max} are allowed"))) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn looks_like(bytes: &[u8], what: &str) {
        match shape(bytes) {
            Err(Rejection::NotWasm { found }) => assert!(found.contains(what), "{found}"),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_is_not_webassembly_is_called_by_its_name() {
        looks_like(b"", "empty");
        looks_like(b"\0asm", "cut off");
        looks_like(b"\0asm\x09\0\0\0", "version");
        looks_like(b"\x7fELF\x02\x01\x01\0\0\0\0\0", "ELF");
        looks_like(b"PK\x03\x04\0\0", "zip");
        looks_like(b"hello", "text");
        looks_like(b"(component)", "WebAssembly text");
        looks_like(b"#!/usr/bin/env python3\nprint(1)\n", "Python");
        looks_like(b"# a comment\nimport os\n", "Python");
        looks_like(b"\xff\xfe\xfd", "unknown");
    }

    #[test]
    fn the_size_is_capped() {
        assert_eq!(shape(&vec![0; MAX_BYTES + 1]), Err(Rejection::TooLarge { bytes: MAX_BYTES + 1, max: MAX_BYTES }));
    }
}
