//! `gavia plugin inspect`: any file, whether it is a plugin or not.

use std::{fs, io::Read as _, path::Path};

use gavia_sandbox::Rejection;

use super::{report, sandbox};
use crate::cli::{desk::say, stop::Stop};

/// As large as an upload may be.
const FILE_BYTES_MAX: u64 = 64 << 20;

pub(super) async fn run(file: &Path) -> Result<(), Stop> {
    let bytes = read(file)?;
    let (sandbox, _cache) = sandbox()?;
    let name = file.display();
    match sandbox.prepare(bytes).await {
        Ok(prepared) => say(format!("{name}\n{}", report::of(&prepared)?).trim_end()),
        Err(Rejection::Unlinkable(lines)) => {
            say(&lines)?;
            Err(Stop::refused(format!("{name} needs what this engine does not provide")))
        }
        Err(rejection) => Err(Stop::refused(format!("{name}: {rejection}"))),
    }
}

pub(super) fn read(file: &Path) -> Result<Vec<u8>, Stop> {
    let mut bytes = Vec::new();
    let name = file.display();
    let read = fs::File::open(file).and_then(|file| file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes));
    read.map_err(|error| Stop::refused(format!("{name} cannot be read: {error}")))?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return Err(Stop::refused(format!("{name} is larger than {FILE_BYTES_MAX} bytes")));
    }
    Ok(bytes)
}
