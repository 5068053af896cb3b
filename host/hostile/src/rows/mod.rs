//! The rows: the 44 of plugin-runtime §12 in their order, then what happened to other engines.

mod binaries;
mod conditions;
mod crowds;
mod errors;
mod grants;
mod incidents;
mod links;
mod memory;
mod output;
mod quiet;
mod time;
mod uploads;
mod web;

use crate::row::Row;

/// How many rows the design has; those after them are incidents.
pub const DESIGNED: usize = 44;

/// Every row, in order.
pub fn rows() -> impl Iterator<Item = &'static Row> {
    DESIGN.iter().chain(incidents::ROWS)
}

macro_rules! row {
    ($id:literal, $name:literal, $attacks:path) => {
        Row { id: $id, name: $name, attacks: $attacks }
    };
}
use row;

const DESIGN: &[Row; DESIGNED] = &[
    row!("01", "endless loop in the export", time::endless_export),
    row!("02", "endless loop in a start function", time::endless_start),
    row!("03", "endless loop in realloc or post-return", time::endless_abi),
    row!("04", "loop of tiny sleeps or host calls", time::tiny_steps),
    row!("05", "sleeping for an hour", time::sleeping),
    row!("06", "infinite recursion", memory::recursion),
    row!("07", "memory bomb", memory::bomb),
    row!("08", "4 GiB of memory from the start", memory::huge_memory),
    row!("09", "table of 10 million, table bomb", memory::tables),
    row!("10", "huge data segments", binaries::data),
    row!("11", "too many or too large functions, deep nesting", binaries::functions),
    row!("12", "200 core instances, many memories", binaries::instances),
    row!("13", "features that are off", binaries::features),
    row!("14", "log flood, 8 MiB line", output::log),
    row!("15", "output flood", output::stdio),
    row!("16", "32 MiB result, list or argument", output::transfers),
    row!("17", "a million handles", memory::handles),
    row!("18", "64 MiB of randomness", output::randomness),
    row!("19", "environment, arguments, standard input", quiet::surroundings),
    row!("20", "files", quiet::files),
    row!("21", "sockets and names", quiet::network),
    row!("22", "threads and processes", quiet::threads),
    row!("23", "URLs that are not on the list", web::not_listed),
    row!("24", "a listed name that is a private address", web::private_addresses),
    row!("25", "a redirect to a private address", web::redirects),
    row!("26", "bodies and headers without end", web::endless),
    row!("27", "a server that drips or is silent", web::slow),
    row!("28", "headers that are the host's", web::headers),
    row!("29", "bad pointers, texts and cases", errors::calling_convention),
    row!("30", "panic, abort, exit", errors::traps),
    row!("31", "no WebAssembly, cut, damaged", uploads::damaged),
    row!("32", "native code uploaded or in the cache", uploads::native),
    row!("33", "no WIT, another world, no export", links::worlds),
    row!("34", "unknown import, wrong signature", links::imports),
    row!("35", "secret, storage, ticket without a grant", grants::without),
    row!("36", "another ticket, another field", grants::beyond),
    row!("37", "changes, then a trap", grants::then_trap),
    row!("38", "another plugin's storage", grants::storage),
    row!("39", "memory of an earlier call", quiet::canary),
    row!("40", "forged log lines, secrets in the log", output::forgery),
    row!("41", "500 calls of one slow plugin", crowds::slow_plugin),
    row!("42", "crash loop", crowds::crash_loop),
    row!("43", "upload of 5 GB, slow, compressed", uploads::transport),
    row!("44", "conditions that want more than to compare", conditions::escapes),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_44_rows_in_their_order_and_no_id_twice() {
        let ids: Vec<&str> = DESIGN.iter().map(|row| row.id).collect();
        let wanted: Vec<String> = (1..=DESIGNED).map(|number| format!("{number:02}")).collect();
        assert_eq!(ids, wanted);
        let incidents: Vec<String> = (1..=incidents::ROWS.len()).map(|number| format!("i{number}")).collect();
        assert_eq!(incidents::ROWS.iter().map(|row| row.id).collect::<Vec<_>>(), incidents);
    }
}
