//! Each way a start can fail is one sentence that says what to do.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use gavia::embedded::Settings;

use crate::place::{Place, is_root};

/// The newest programs of this machine, where the search has no say.
fn with_programs(place: &Place, bin: &str) -> Settings {
    Settings { pg_bin: Some(PathBuf::from(bin)), ..place.settings() }
}

#[tokio::test]
async fn a_folder_without_programs_is_named() {
    let place = Place::new();
    let refused = place.refusal(&with_programs(&place, "/usr/share")).await;
    assert!(refused.starts_with("/usr/share holds no working PostgreSQL server programs"), "{refused}");
    assert!(refused.contains("--pg-bin (GAVIA_PG_BIN)"), "{refused}");
}

#[tokio::test]
async fn data_of_another_version_names_the_version_it_needs() {
    let place = Place::new();
    place.start().await.stop().await.unwrap();
    fs::write(place.cluster().join("PG_VERSION"), "11\n").unwrap();
    let refused = place.refusal(&place.settings()).await;
    assert!(refused.contains("was made by PostgreSQL 11"), "{refused}");
    assert!(refused.contains("install PostgreSQL 11"), "{refused}");
}

#[tokio::test]
async fn a_folder_that_is_no_cluster_is_left_alone() {
    let place = Place::new();
    fs::create_dir_all(place.cluster()).unwrap();
    fs::write(place.cluster().join("letters.txt"), "dear").unwrap();
    if is_root() {
        let nobody = Some(65534);
        std::os::unix::fs::chown(place.cluster(), nobody, nobody).unwrap();
    }
    let refused = place.refusal(&place.settings()).await;
    let named = format!("{} is there and is no PostgreSQL data directory: move it away", place.cluster().display());
    assert!(refused.starts_with(&named), "{refused}");
    assert_eq!(fs::read_to_string(place.cluster().join("letters.txt")).unwrap(), "dear");
}

#[tokio::test]
async fn a_foreign_data_directory_is_left_alone() {
    let place = Place::new();
    place.start().await.stop().await.unwrap();
    let refused = place.refusal(&Settings { data_dir: place.cluster(), ..place.settings() }).await;
    assert!(refused.contains("is itself a PostgreSQL data directory") && refused.contains("DATABASE_URL"), "{refused}");
    assert!(!place.cluster().join("gavia.lock").exists());
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_named() {
    let place = Place::new();
    let data_dir = if is_root() {
        PathBuf::from("/proc/gavia") // nothing else keeps root from writing
    } else {
        fs::create_dir(&place.dir).unwrap();
        fs::set_permissions(&place.dir, Permissions::from_mode(0o555)).unwrap();
        place.dir.clone()
    };
    let refused = place.refusal(&Settings { data_dir: data_dir.clone(), ..place.settings() }).await;
    let named = format!("the data directory {} cannot be written by the account", data_dir.display());
    assert!(refused.starts_with(&named) && refused.contains("--data-dir"), "{refused}");
}

#[tokio::test]
async fn a_folder_that_the_servers_account_cannot_reach_is_named() {
    if !is_root() {
        return; // the server's account is ours then, and the case above is the one that happens
    }
    let place = Place::named("closed/data");
    let closed = place.parent().join("closed");
    fs::create_dir(&closed).unwrap();
    fs::set_permissions(&closed, Permissions::from_mode(0o700)).unwrap();
    let refused = place.refusal(&place.settings()).await;
    let named = format!("cannot pass through {} (mode 0700) to reach {}", closed.display(), place.dir.display());
    assert!(refused.contains(&named) && refused.contains("/var/lib/gavia"), "{refused}");
}

#[tokio::test]
async fn programs_that_the_servers_account_cannot_reach_are_named() {
    if !is_root() {
        return; // programs that we cannot reach are not found at all
    }
    let place = Place::new();
    let closed = place.parent().join("closed");
    fs::create_dir(&closed).unwrap();
    fs::set_permissions(&closed, Permissions::from_mode(0o700)).unwrap();
    // Enough of a PostgreSQL for its version; that account never gets as far as running it.
    for name in ["initdb", "postgres"] {
        fs::write(closed.join(name), "#!/bin/sh\necho 'postgres (PostgreSQL) 15.1'\n").unwrap();
        fs::set_permissions(closed.join(name), Permissions::from_mode(0o755)).unwrap();
    }
    let refused = place.refusal(&with_programs(&place, closed.to_str().unwrap())).await;
    assert!(refused.contains(&format!("cannot pass through {} (mode 0700)", closed.display())), "{refused}");
}

#[tokio::test]
async fn a_server_that_does_not_come_up_shows_its_last_lines() {
    let place = Place::new();
    place.start().await.stop().await.unwrap();
    let conf = place.cluster().join("postgresql.conf");
    fs::write(&conf, "no_such_setting = 1\n").unwrap();
    let refused = gavia::embedded::Server::start(&place.settings()).await.err().unwrap().to_string();
    assert!(refused.starts_with("the embedded PostgreSQL did not become ready: it ended"), "{refused}");
    assert!(refused.contains("unrecognized configuration parameter \"no_such_setting\""), "{refused}");
}
