//! Rows 31, 32 and 43: files that are no plugins, and ways of sending one that are none.

use std::{fs, time::Duration};

use gavia_sandbox::Digest;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::{
    arena::{Arena, sandbox},
    ask::ask,
    frame::Module,
    row::{Attack, Ended, Steps, answers, ensure, own, rejected, upload},
};

pub(super) fn damaged(arena: &Arena) -> Vec<Attack> {
    let other = |what: &str, bytes: &[u8], found: &str| {
        upload(what, bytes.to_vec(), rejected("rejected(not-wasm)").saying(found))
    };
    let good = arena.targets.hostile;
    let cut = |at: usize, class| upload(&format!("cut at {at}"), good[..at].to_vec(), rejected(class));
    vec![
        other("nothing", b"", "empty"),
        other("half a head", b"\0asm\x0d\0", "cut off"),
        other("Python", b"import os\nprint('hi')\n", "Python"),
        other("a program", b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0", "ELF"),
        cut(9, "rejected(invalid)"),
        cut(good.len() / 2, "rejected(invalid)"),
        cut(good.len() - 1, "rejected(invalid)"),
        own("flipped bits", flipped, answers("refused or sound", "no other answer")).within(60).memory(4).resident(200),
    ]
}

/// A flipped bit may hit a name or a constant and stay valid; it must never be anything but accepted or refused with a reason.
fn flipped(arena: &Arena) -> Steps<'_> {
    Box::pin(async {
        let good = Module::default().action();
        let mut refused = 0;
        for position in 8..good.len() {
            let mut damaged = good.clone();
            damaged[position] ^= 0x40;
            match arena.sandbox.prepare(damaged).await {
                Ok(_) => {}
                Err(rejection) => {
                    let ended = Ended::rejected(&rejection);
                    ensure(ended.class != "internal", format!("at {position}: {}", ended.said))?;
                    refused += 1;
                }
            }
        }
        ensure(refused > good.len() / 4, format!("only {refused} of {} were refused", good.len()))?;
        Ok(Ended::new("answered", "no other answer"))
    })
}

pub(super) fn native(arena: &Arena) -> Vec<Attack> {
    let end = || rejected("rejected(not-wasm)").saying(".cwasm");
    let file = format!("{}-{}.cwasm", arena.good.digest(), arena.sandbox.engine_id());
    let compiled = fs::read(arena.cache.path().join(file)).unwrap_or_default();
    vec![
        upload("compiled code of this engine", compiled, end()),
        own("compiled code that was changed", tampered, answers("recompiled", "fine")),
    ]
}

/// A changed file in the cache is not loaded, whatever it says; the plugin is compiled again from its component.
fn tampered(arena: &Arena) -> Steps<'_> {
    Box::pin(async {
        let own = tempfile::tempdir().map_err(|error| error.to_string())?;
        let first = sandbox(&own, 2)?;
        let component = Module { more: "(func $tampered)", ..Module::default() }.action();
        let prepared = first.prepare(component.clone()).await.map_err(|error| error.to_string())?;
        let path = own.path().join(format!("{}-{}.cwasm", prepared.component, first.engine_id()));
        let sound = fs::read(&path).map_err(|error| error.to_string())?;

        let mut changed = sound.clone();
        let middle = changed.len() / 2;
        changed[middle] ^= 1;
        let foreign =
            fs::read(arena.cache.path().join(format!("{}-{}.cwasm", arena.good.digest(), arena.sandbox.engine_id())));
        let foreign = foreign.map_err(|error| error.to_string())?;
        for (what, bytes) in [("a changed", changed), ("another plugin's", foreign), ("a cut", sound[..100].to_vec())] {
            fs::write(&path, &bytes).map_err(|error| error.to_string())?;
            let loaded = sandbox(&own, 2)?.load(prepared.component, prepared.compiled).await;
            ensure(loaded.is_none(), format!("{what} file was loaded"))?;
        }
        fs::write(&path, &sound).map_err(|error| error.to_string())?;
        ensure(sandbox(&own, 2)?.load(prepared.component, prepared.compiled).await.is_some(), "the sound one was not")?;
        ensure(sandbox(&own, 2)?.load(prepared.component, Digest::of(b"x")).await.is_none(), "any digest would do")?;

        fs::write(&path, b"changed").map_err(|error| error.to_string())?;
        let again = sandbox(&own, 2)?;
        let prepared = again.prepare(component).await.map_err(|error| error.to_string())?;
        Ok(Ended::called(ask("").run(&again, &prepared.plugin).await))
    })
}

pub(super) fn transport(_: &Arena) -> Vec<Attack> {
    let packed = b"\x1f\x8b\x08\0\0\0\0\0\0\x03".to_vec();
    let large = vec![0; (64 << 20) + 1];
    vec![
        upload("64 MiB and a byte", large, rejected("rejected(too-large)")),
        upload("compressed", packed, rejected("rejected(not-wasm)").saying("gzip")),
        own("5 GB that it announces", announced, answers("413", "413")),
        own("bytes without end", without_end, answers("413", "413")).within(60).resident(300),
        own("a body that trickles", trickling, answers("408", "408")).within(30),
        own("compressed on the way", encoded, answers("400", "400")),
        own("a form with a part too large", form, answers("413", "413")).within(60).resident(300),
        own("a small one", small, answers("received", "200")),
    ]
}

const HEAD: &str = "POST /api/v2/plugins HTTP/1.1\r\nhost: gavia\r\nconnection: close\r\n";

fn announced(arena: &Arena) -> Steps<'_> {
    Box::pin(sent(arena, "content-length: 5000000000\r\n\r\n", |_| None))
}

fn without_end(arena: &Arena) -> Steps<'_> {
    let piece = [b"100000\r\n".to_vec(), vec![b'x'; 1 << 20], b"\r\n".to_vec()].concat();
    // 5 GB, if it is let.
    Box::pin(sent(arena, "transfer-encoding: chunked\r\n\r\n", move |n| (n < 5_000).then(|| piece.clone())))
}

fn trickling(arena: &Arena) -> Steps<'_> {
    Box::pin(async {
        let head = "content-length: 100000\r\n\r\n";
        let pause = Duration::from_millis(20);
        converse(arena, head, async move |stream: &mut TcpStream, _| {
            tokio::time::sleep(pause).await;
            stream.write_all(b"x").await.is_ok()
        })
        .await
    })
}

fn encoded(arena: &Arena) -> Steps<'_> {
    Box::pin(sent(arena, "content-encoding: gzip\r\ncontent-length: 10\r\n\r\n", |n| (n == 0).then(|| vec![b'x'; 10])))
}

fn form(arena: &Arena) -> Steps<'_> {
    let head = "content-type: multipart/form-data; boundary=B\r\ntransfer-encoding: chunked\r\n\r\n";
    let start = b"--B\r\ncontent-disposition: form-data; name=\"name\"\r\n\r\n".to_vec();
    let chunk = |bytes: &[u8]| [format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat();
    let (start, piece) = (chunk(&start), chunk(&vec![b'x'; 60_000]));
    Box::pin(sent(arena, head, move |n| (n < 5_000).then(|| if n == 0 { start.clone() } else { piece.clone() })))
}

fn small(arena: &Arena) -> Steps<'_> {
    Box::pin(sent(arena, "content-length: 3\r\n\r\n", |n| (n == 0).then(|| b"abc".to_vec())))
}

/// Sends pieces until there are no more, or the other side answers; its status.
async fn sent(
    arena: &Arena,
    head: &str,
    pieces: impl Fn(usize) -> Option<Vec<u8>> + Send + Sync,
) -> Result<Ended, String> {
    converse(arena, head, async |stream: &mut TcpStream, n| match pieces(n) {
        Some(piece) => stream.write_all(&piece).await.is_ok(),
        None => false,
    })
    .await
}

async fn converse(
    arena: &Arena,
    head: &str,
    mut more: impl AsyncFnMut(&mut TcpStream, usize) -> bool,
) -> Result<Ended, String> {
    let mut stream = TcpStream::connect(arena.targets.uploads).await.map_err(|error| error.to_string())?;
    stream.write_all(format!("{HEAD}{head}").as_bytes()).await.map_err(|error| error.to_string())?;
    let mut answer = [0; 1_024];
    let mut pieces = 0;
    loop {
        let read = stream.try_read(&mut answer);
        if let Ok(bytes) = read {
            return status(&answer[..bytes]);
        }
        if !more(&mut stream, pieces).await {
            break;
        }
        pieces += 1;
    }
    let bytes = stream.read(&mut answer).await.map_err(|error| format!("no answer: {error}"))?;
    status(&answer[..bytes])
}

fn status(answer: &[u8]) -> Result<Ended, String> {
    let text = String::from_utf8_lossy(answer);
    let status = text.split(' ').nth(1).ok_or_else(|| format!("no answer but {text:?}"))?;
    Ok(Ended::new("answered", status))
}
