//! A call's log: what the guest writes through `gavia:plugin/log`, to standard output and to standard error, in one order.
//!
//! Bounded by quotas that drop and count, never fail: a plugin must not break because it talks too much. Control characters are
//! escaped here, so that no later reader can be fooled by a line (corpus 40).

use std::{
    fmt::Write as _,
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;
use wasmtime_wasi::{
    async_trait,
    cli::{IsTerminal, StdoutStream},
    p2::{OutputStream, Pollable, StreamResult},
};

use crate::{
    limits::Limits,
    mask::Masks,
    outcome::{LogLevel, LogLine, LogSource},
    services::Secret,
};

/// Longer lines are cut.
const LINE_BYTES: usize = 4 << 10;

/// Fields of one line past this many are dropped.
const LINE_FIELDS: usize = 32;

/// The host's own lines about one call; the rest is counted.
const REMARKS: usize = 20;

/// What `gavia:plugin/log` and the two streams write into; clones share it.
#[derive(Clone)]
pub(crate) struct Logbook(Arc<Mutex<Pages>>);

/// A log at its end.
pub(crate) struct Closed {
    pub(crate) lines: Vec<LogLine>,
    pub(crate) dropped: u32,
    /// The last of standard error (at most 2 KiB): what explains a trap.
    pub(crate) stderr: String,
    pub(crate) used: Room,
}

/// What the quotas count: lines and bytes that are kept, and bytes of the streams as they came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Room {
    pub(crate) lines: usize,
    pub(crate) log_bytes: usize,
    pub(crate) stdio_bytes: usize,
}

struct Pages {
    lines: Vec<LogLine>,
    masks: Masks,
    /// At the beginning.
    all: Room,
    left: Room,
    stdio_cut: bool,
    dropped: u32,
    remarks_left: usize,
    remarks_dropped: u32,
    /// What was written to a stream after its last line end.
    stdout: Vec<u8>,
    stderr: Vec<u8>,
}

impl Logbook {
    pub(crate) fn new(limits: &Limits) -> Logbook {
        let all = Room { lines: limits.log_lines, log_bytes: limits.log_bytes, stdio_bytes: limits.stdio_bytes };
        Logbook(Arc::new(Mutex::new(Pages {
            lines: Vec::new(),
            masks: Masks::default(),
            all,
            left: all,
            stdio_cut: false,
            dropped: 0,
            remarks_left: REMARKS,
            remarks_dropped: 0,
            stdout: Vec::new(),
            stderr: Vec::new(),
        })))
    }

    /// A line of the host's own about this call: what was refused, which secret was read. It costs the guest nothing.
    pub(crate) fn remark(&self, message: &str) {
        self.with(|pages| {
            if pages.remarks_left == 0 {
                pages.remarks_dropped = pages.remarks_dropped.saturating_add(1);
                return;
            }
            pages.remarks_left -= 1;
            let message = pages.clean(message);
            pages.lines.push(notice(message));
        });
    }

    /// Takes the secrets that the call holds out of a text that leaves it by another way than the log.
    pub(crate) fn hide(&self, text: &mut String) {
        self.with(|pages| pages.masks.hide(text));
    }

    /// Hides this value in every line from now on.
    pub(crate) fn mask(&self, secret: &Secret) {
        self.with(|pages| pages.masks.add(secret));
    }

    pub(crate) fn log(&self, level: LogLevel, message: &str, fields: &[(String, String)]) {
        self.with(|pages| {
            let fields: Vec<_> =
                fields.iter().take(LINE_FIELDS).map(|(key, value)| (pages.clean(key), pages.clean(value))).collect();
            let message = pages.clean(message);
            let bytes = message.len() + fields.iter().map(|(key, value)| key.len() + value.len()).sum::<usize>();
            if pages.left.lines == 0 || bytes > pages.left.log_bytes {
                pages.dropped = pages.dropped.saturating_add(1);
                return;
            }
            pages.left.lines -= 1;
            pages.left.log_bytes -= bytes;
            pages.lines.push(LogLine { level, source: LogSource::Log, message, fields });
        });
    }

    /// Ends it; what is written afterwards is nobody's.
    pub(crate) fn close(&self) -> Closed {
        self.with(|pages| {
            pages.end_line(LogSource::Stdout);
            pages.end_line(LogSource::Stderr);
            let mut lines = std::mem::take(&mut pages.lines);
            let stderr = stderr_tail(&lines);
            if pages.remarks_dropped > 0 {
                lines.push(notice(format!("{} more remarks like these", pages.remarks_dropped)));
            }
            if pages.dropped > 0 {
                lines.push(notice(format!("{} lines dropped: the log quota is used up", pages.dropped)));
            }
            if pages.stdio_cut {
                lines.push(notice(
                    "output truncated: the quota of standard output and standard error is used up".to_owned(),
                ));
            }
            let used = Room {
                lines: pages.all.lines - pages.left.lines,
                log_bytes: pages.all.log_bytes - pages.left.log_bytes,
                stdio_bytes: pages.all.stdio_bytes - pages.left.stdio_bytes,
            };
            Closed { lines, dropped: pages.dropped, stderr, used }
        })
    }

    pub(crate) fn stream(&self, source: LogSource) -> Stream {
        Stream { book: self.clone(), source }
    }

    fn with<T>(&self, change: impl FnOnce(&mut Pages) -> T) -> T {
        // A panic in here leaves lines, not broken invariants.
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Pages {
    /// Hidden first, cut afterwards: a cut must not leave the first half of a secret.
    fn clean(&self, text: &str) -> String {
        let mut text = text.to_owned();
        self.masks.hide(&mut text);
        clean(&text)
    }

    fn write(&mut self, source: LogSource, bytes: &[u8]) {
        let fits = bytes.len().min(self.left.stdio_bytes);
        self.left.stdio_bytes -= fits;
        self.stdio_cut |= fits < bytes.len();
        let mut pieces = bytes[..fits].split(|&byte| byte == b'\n');
        if let Some(first) = pieces.next() {
            self.partial(source).extend_from_slice(first);
        }
        for piece in pieces {
            self.end_line(source);
            self.partial(source).extend_from_slice(piece);
        }
    }

    fn end_line(&mut self, source: LogSource) {
        let bytes = std::mem::take(self.partial(source));
        if bytes.is_empty() {
            return;
        }
        if self.left.lines == 0 {
            self.dropped = self.dropped.saturating_add(1);
            return;
        }
        self.left.lines -= 1;
        let message = self.clean(&String::from_utf8_lossy(&bytes));
        let level = if source == LogSource::Stderr { LogLevel::Warn } else { LogLevel::Info };
        self.lines.push(LogLine { level, source, message, fields: Vec::new() });
    }

    fn partial(&mut self, source: LogSource) -> &mut Vec<u8> {
        if source == LogSource::Stderr { &mut self.stderr } else { &mut self.stdout }
    }
}

fn notice(message: String) -> LogLine {
    LogLine { level: LogLevel::Warn, source: LogSource::Sandbox, message, fields: Vec::new() }
}

fn stderr_tail(lines: &[LogLine]) -> String {
    let mut last: Vec<&str> = Vec::new();
    let mut bytes = 0;
    for line in lines.iter().rev().filter(|line| line.source == LogSource::Stderr) {
        bytes += line.message.len();
        if bytes > 2 << 10 {
            break;
        }
        last.push(&line.message);
    }
    last.reverse();
    last.join(" | ")
}

/// At most `LINE_BYTES`, control characters (line ends, escapes, direction marks) written as escapes.
fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len().min(LINE_BYTES));
    for c in text.chars() {
        if out.len() >= LINE_BYTES {
            out.push('…');
            break;
        }
        let deceives = matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}');
        if (c.is_control() && c != '\t') || deceives {
            let _ = write!(out, "{}", c.escape_default());
        } else {
            out.push(c);
        }
    }
    out
}

/// Standard output or standard error of a guest. Always says that all was written: a failing write makes `println!` panic.
pub(crate) struct Stream {
    book: Logbook,
    source: LogSource,
}

impl IsTerminal for Stream {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Stream {
    fn async_stream(&self) -> Box<dyn tokio::io::AsyncWrite + Send + Sync> {
        // Only wasip3 asks for it, and that is not linked.
        Box::new(tokio::io::sink())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.book.stream(self.source))
    }
}

#[async_trait]
impl Pollable for Stream {
    async fn ready(&mut self) {}
}

impl OutputStream for Stream {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.book.with(|pages| pages.write(self.source, &bytes));
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(64 << 10)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Kind;

    fn book(change: impl FnOnce(&mut Limits)) -> Logbook {
        let mut limits = Limits::for_kind(Kind::Action);
        change(&mut limits);
        Logbook::new(&limits)
    }

    fn texts(book: &Logbook) -> Vec<String> {
        book.close().lines.into_iter().map(|line| line.message).collect()
    }

    #[test]
    fn lines_of_a_stream_are_put_together_from_pieces() {
        let book = book(|_| ());
        for piece in ["one\ntw", "o\n\nth", "ree"] {
            book.with(|pages| pages.write(LogSource::Stdout, piece.as_bytes()));
        }
        assert_eq!(texts(&book), ["one", "two", "three"]);
    }

    #[test]
    fn lines_past_the_quota_are_dropped_and_counted() {
        let book = book(|limits| limits.log_lines = 2);
        for _ in 0..5 {
            book.log(LogLevel::Info, "hello", &[]);
        }
        let Closed { lines, dropped, used, .. } = book.close();
        assert_eq!((lines.len(), dropped), (3, 3));
        assert_eq!(used, Room { lines: 2, log_bytes: 10, stdio_bytes: 0 });
        assert_eq!(lines[2].source, LogSource::Sandbox);
    }

    #[test]
    fn the_hosts_remarks_cost_the_guest_nothing_and_have_an_end() {
        let book = book(|limits| limits.log_lines = 1);
        (0..REMARKS + 2).for_each(|n| book.remark(&format!("remark {n}\n")));
        book.log(LogLevel::Info, "mine", &[]);
        let Closed { lines, dropped, .. } = book.close();
        assert_eq!((lines.len(), dropped), (REMARKS + 2, 0));
        assert_eq!((lines[0].source, lines[0].message.as_str()), (LogSource::Sandbox, "remark 0\\n"));
        assert_eq!(lines[REMARKS].message, "mine");
        assert_eq!(lines[REMARKS + 1].message, "2 more remarks like these");
    }

    #[test]
    fn output_past_the_quota_is_cut_and_said_so() {
        let book = book(|limits| limits.stdio_bytes = 10);
        book.with(|pages| pages.write(LogSource::Stderr, b"0123456789abcdef\n"));
        let Closed { lines, stderr, used, .. } = book.close();
        assert_eq!(used, Room { lines: 1, log_bytes: 0, stdio_bytes: 10 });
        assert_eq!(lines[0].message, "0123456789");
        assert_eq!(lines[0].level, LogLevel::Warn);
        assert!(lines[1].message.starts_with("output truncated"));
        assert_eq!(stderr, "0123456789");
    }

    #[test]
    fn r40_a_secret_is_hidden_in_lines_fields_and_output() {
        let book = book(|_| ());
        book.log(LogLevel::Info, "before: tok-12345", &[]);
        book.mask(&Secret::new("tok-12345"));
        book.log(LogLevel::Info, "it is tok-12345", &[("tok-12345".to_owned(), "tok-12345".to_owned())]);
        for piece in ["Authorization: tok-", "12345\n"] {
            book.with(|pages| pages.write(LogSource::Stderr, piece.as_bytes()));
        }
        book.log(LogLevel::Info, &format!("{}tok-12345", "x".repeat(LINE_BYTES - 4)), &[]);
        let Closed { lines, stderr, .. } = book.close();
        assert_eq!(lines[0].message, "before: tok-12345", "it was not the guest's to know");
        assert_eq!((lines[1].message.as_str(), lines[1].fields[0].1.as_str()), ("it is •••", "•••"));
        assert_eq!((lines[2].message.as_str(), stderr.as_str()), ("Authorization: •••", "Authorization: •••"));
        assert!(!lines[3].message.contains("tok"), "cut after hiding");
    }

    #[test]
    fn control_characters_are_escaped_and_long_lines_are_cut() {
        let book = book(|_| ());
        book.log(LogLevel::Info, "a\n\u{1b}[31mred\u{202e}", &[("k\r".to_owned(), "v\0".to_owned())]);
        book.log(LogLevel::Info, &"x".repeat(10_000), &[]);
        let Closed { lines, .. } = book.close();
        assert_eq!(lines[0].message, "a\\n\\u{1b}[31mred\\u{202e}");
        assert_eq!(lines[0].fields, [("k\\r".to_owned(), "v\\u{0}".to_owned())]);
        assert!(lines[1].message.len() <= LINE_BYTES + 8);
    }
}
