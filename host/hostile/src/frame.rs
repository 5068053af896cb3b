//! Plugins in component text: a frame that fits the contract, with the pieces that an attack replaces.
//!
//! Text and not Rust where an attack is about what no compiler emits: pointers, start functions, memories, imports.

/// The frame: its lines that begin with `;;` are where the pieces go.
const FRAME: &str = include_str!("frame.wat");

/// The export of an action plugin. `run` gets the address of the context and returns the address of its answer:
/// 0: u8, 0 = ok, 1 = error; ok: 4: message address, 8: its length, 12: u8, is there an output, 16 and 20: where; error: 4: u8 kind,
/// 8: message address, 12: its length, 16: u8, is there a detail, 20 and 24: where.
const ACTION: &str = r#"
    (type $outcome' (record (field "message" string) (field "output" (option string))))
    (export $outcome "outcome" (type $outcome'))
    (func $run (param "ctx" $context) (result (result $outcome (error $error)))
      (canon lift (core func $i "run") (memory (core memory $i "memory")) (realloc (core func $i "realloc"))
        (post-return (core func $i "post"))))
    (instance $action (export "run" (func $run)))
    (export "gavia:plugin/action@0.1.0" (instance $action))"#;

/// The export of a condition plugin. `first-match` returns the address of its answer: 0: u8, 0 = ok; 4: u8, is there an index; 8: the
/// index. `check` returns the address of a list: 0: address, 4: length, of 16 bytes each: index, offset, message address, its length.
const CONDITION: &str = r#"
    (type $problem' (record (field "index" u32) (field "offset" u32) (field "message" string)))
    (export $problem "problem" (type $problem'))
    (func $first (param "expressions" (list string)) (param "ctx" $context) (result (result (option u32) (error $error)))
      (canon lift (core func $i "first-match") (memory (core memory $i "memory")) (realloc (core func $i "realloc"))))
    (func $check (param "expressions" (list string)) (param "known-fields" (list string)) (result (list $problem))
      (canon lift (core func $i "check") (memory (core memory $i "memory")) (realloc (core func $i "realloc"))))
    (instance $condition (export "first-match" (func $first)) (export "check" (func $check)))
    (export "gavia:plugin/condition@0.1.0" (instance $condition))"#;

/// A plugin in text: the pieces that go into the frame.
#[derive(Clone, Copy, Default)]
pub struct Frame<'a> {
    pub imports: &'a str,
    /// A core module called `$m`.
    pub module: &'a str,
    /// What the module is instantiated with.
    pub arguments: &'a str,
}

impl Frame<'_> {
    pub fn action(self) -> Vec<u8> {
        self.around(ACTION)
    }

    pub fn condition(self) -> Vec<u8> {
        self.around(CONDITION)
    }

    pub fn around(self, export: &str) -> Vec<u8> {
        let text = FRAME
            .replace(";; the imports go here", self.imports)
            .replace(";; the module goes here", self.module)
            .replace(";; the arguments go here", self.arguments)
            .replace(";; the export goes here", export);
        wat(&text)
    }
}

/// Assembles text, which is the caller's own.
pub fn wat(text: &str) -> Vec<u8> {
    wat::parse_str(text).expect("a fixture is well-formed text")
}

/// The core module of a well-behaved guest, with some of its functions replaced.
///
/// `realloc` hands out memory and never takes it back; `run` answers `ok` with the message `fine`.
#[derive(Clone, Copy)]
pub struct Module {
    pub memory: &'static str,
    pub run: &'static str,
    pub realloc: &'static str,
    pub post: &'static str,
    pub more: &'static str,
}

impl Default for Module {
    fn default() -> Module {
        Module {
            memory: "(memory (export \"memory\") 2)",
            run: "(i32.const 1024)",
            realloc: "
                (local $p i32)
                (local.set $p (i32.and (i32.add (global.get $next) (i32.const 15)) (i32.const -16)))
                (global.set $next (i32.add (local.get $p) (local.get 3)))
                (local.get $p)",
            post: "",
            more: "",
        }
    }
}

impl Module {
    pub fn text(&self) -> String {
        let Module { memory, run, realloc, post, more } = self;
        format!(
            r#"(core module $m
                 {memory}
                 (global $next (mut i32) (i32.const 8192))
                 (data (i32.const 1024) "\00\00\00\00\00\08\00\00\04\00\00\00")
                 (data (i32.const 2048) "fine")
                 (func (export "realloc") (param i32 i32 i32 i32) (result i32) {realloc})
                 (func (export "run") (param i32) (result i32) {run})
                 (func (export "post") (param i32) {post})
                 {more})"#
        )
    }

    pub fn action(&self) -> Vec<u8> {
        Frame { module: &self.text(), ..Frame::default() }.action()
    }
}
