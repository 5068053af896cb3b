//! A wire between a node and its PostgreSQL that can be cut at the worst moment: around a COMMIT. No assertions.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{UnixListener, UnixStream},
};

/// When the next COMMIT passes, once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Cut {
    Never,
    /// The server never hears of it.
    Before,
    /// The server carries it out; the node never hears of that.
    After,
}

/// Listens on a Unix socket in a folder of its own.
#[derive(Debug)]
pub struct Proxy {
    folder: tempfile::TempDir,
    next: Arc<AtomicU8>,
}

impl Proxy {
    /// In front of the server whose socket lies in `server`.
    pub fn start(server: &Path) -> std::io::Result<Self> {
        let folder = tempfile::tempdir()?;
        let listener = UnixListener::bind(folder.path().join(".s.PGSQL.5432"))?;
        let next = Arc::new(AtomicU8::new(Cut::Never as u8));
        let (target, cut): (PathBuf, _) = (server.join(".s.PGSQL.5432"), Arc::clone(&next));
        tokio::spawn(async move {
            while let Ok((node, _)) = listener.accept().await {
                let (target, cut) = (target.clone(), Arc::clone(&cut));
                tokio::spawn(async move { pass(node, &target, &cut).await });
            }
        });
        Ok(Self { folder, next })
    }

    /// The folder of the socket, as a URL names a host.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn cut(&self, cut: Cut) {
        self.next.store(cut as u8, Ordering::SeqCst);
    }
}

/// Both directions until one ends, or until the cut.
async fn pass(mut node: UnixStream, target: &Path, cut: &AtomicU8) -> std::io::Result<()> {
    let mut server = UnixStream::connect(target).await?;
    let (mut asked, mut answered) = (vec![0; 64 << 10], vec![0; 64 << 10]);
    loop {
        tokio::select! {
            read = node.read(&mut asked) => {
                let bytes = &asked[..read?];
                let commits = bytes.windows(7).any(|window| window == b"COMMIT\0");
                let when = if commits { cut.swap(Cut::Never as u8, Ordering::SeqCst) } else { Cut::Never as u8 };
                if bytes.is_empty() || when == Cut::Before as u8 {
                    return Ok(());
                }
                server.write_all(bytes).await?;
                if when == Cut::After as u8 {
                    server.readable().await?; // it is committed once the server says so
                    return Ok(());
                }
            }
            read = server.read(&mut answered) => {
                let bytes = &answered[..read?];
                if bytes.is_empty() {
                    return Ok(());
                }
                node.write_all(bytes).await?;
            }
        }
    }
}
