//! What the server says: kept in `postgres.log`, which is bounded by one older file beside it, and its last lines in
//! memory for the error of a failed start. Read from a pipe, since PostgreSQL does not bound a plain file itself.

use std::collections::VecDeque;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};

const FILE_MAX_BYTES: u64 = 8 * 1024 * 1024;
const LINE_MAX_BYTES: u64 = 8 * 1024;
const TAIL_LINES_MAX: usize = 15;

/// The last lines.
#[derive(Debug, Clone, Default)]
pub(super) struct Tail(Arc<Mutex<VecDeque<String>>>);

impl Tail {
    pub(super) fn text(&self) -> String {
        let lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.iter().map(String::as_str).collect::<Vec<_>>().join("\n")
    }

    fn push(&self, line: &[u8]) {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() == TAIL_LINES_MAX {
            lines.pop_front();
        }
        lines.push_back(String::from_utf8_lossy(line).trim_end().to_owned());
    }
}

/// The file, open and of known length.
pub(super) struct Log {
    path: PathBuf,
    file: File,
    length: u64,
    max_bytes: u64,
}

impl Log {
    pub(super) fn open(path: PathBuf) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(&path)?;
        let length = file.metadata()?.len();
        Ok(Self { path, file, length, max_bytes: FILE_MAX_BYTES })
    }

    /// Writes down what comes until the other end is closed.
    pub(super) async fn keep(mut self, from: impl AsyncRead + Unpin, tail: Tail) {
        let mut from = BufReader::new(from);
        let mut line = Vec::new();
        let mut is_told = false;
        loop {
            line.clear();
            match (&mut from).take(LINE_MAX_BYTES).read_until(b'\n', &mut line).await {
                Ok(1..) => tail.push(&line),
                Ok(0) => return,
                Err(why) => return tracing::warn!("reading what PostgreSQL says: {why}"),
            }
            // The server must not wait for us, so a full disk does not end the reading.
            match self.write(&line) {
                Ok(()) => is_told = false,
                Err(why) if !is_told => {
                    tracing::warn!("{} cannot be written: {why}", self.path.display());
                    is_told = true;
                }
                Err(_) => {}
            }
        }
    }

    fn write(&mut self, line: &[u8]) -> io::Result<()> {
        if self.length >= self.max_bytes {
            fs::rename(&self.path, self.path.with_extension("log.1"))?;
            *self = Self { max_bytes: self.max_bytes, ..Self::open(self.path.clone())? };
        }
        self.length += line.len() as u64;
        self.file.write_all(line)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_log_stays_bounded_and_the_last_lines_are_known() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("postgres.log");
        let (tail, text) = (Tail::default(), (0..1000).map(|n| format!("line {n}\n")).collect::<Vec<_>>().concat());
        let log = Log { max_bytes: 1000, ..Log::open(path.clone()).unwrap() };
        log.keep(text.as_bytes(), tail.clone()).await;
        assert!(fs::metadata(&path).unwrap().len() <= 1020);
        assert!(fs::metadata(path.with_extension("log.1")).unwrap().len() <= 1020);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2);
        assert_eq!(tail.text().lines().count(), TAIL_LINES_MAX);
        assert!(tail.text().ends_with("line 998\nline 999"));
    }

    #[tokio::test]
    async fn a_line_without_end_is_cut_into_pieces() {
        let dir = tempfile::tempdir().unwrap();
        let (tail, text) = (Tail::default(), vec![b'x'; 20_000]);
        Log::open(dir.path().join("postgres.log")).unwrap().keep(&text[..], tail.clone()).await;
        assert_eq!(tail.text().lines().map(str::len).collect::<Vec<_>>(), [8192, 8192, 3616]);
    }
}
