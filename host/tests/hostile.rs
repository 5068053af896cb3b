//! The hostile corpus against the built binary, through the command that users have: one run, and a test for each of its rows.

use std::{process::Command, sync::LazyLock};

/// How a command ended.
#[derive(Debug)]
struct Ended {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

fn gavia(arguments: &[&str]) -> Ended {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gavia"));
    // A backtrace of the host's is nothing for a guest to see, whatever the operator has set.
    let output = command.args(arguments).env("RUST_BACKTRACE", "1").output().expect("the binary starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ended { code: output.status.code(), stdout: text(&output.stdout), stderr: text(&output.stderr) }
}

/// What `gavia plugin hostile` said. One process, so that its time and memory are the corpus's own; a test binary of its own, so that
/// nothing else runs beside it.
static RUN: LazyLock<Ended> = LazyLock::new(|| gavia(&["plugin", "hostile"]));

/// The row's line ends with `ok`; what speaks against it stands in the lines below it.
#[track_caller]
fn holds(id: &str) {
    let mut lines = RUN.stdout.lines().skip_while(|line| line.trim_start().split(' ').next() != Some(id));
    let line = lines.next().unwrap_or_else(|| panic!("there is no row {id}: {:?}", *RUN));
    let flaws: Vec<&str> = lines.take_while(|line| line.starts_with("      ")).collect();
    assert!(line.ends_with("  ok") && flaws.is_empty(), "{line}\n{}", flaws.join("\n"));
}

macro_rules! rows {
    ($(#[test] fn $test:ident is $id:literal)*) => {
        $(#[test] fn $test() { holds($id) })*

        /// Every row that is run has a test here, so that a new one cannot be forgotten.
        const TESTED: &[&str] = &[$($id),*];
    };
}

rows! {
    #[test] fn f03_r01_an_endless_loop_uses_up_its_processor_time is "01"
    #[test] fn r02_an_endless_start_function_uses_up_its_processor_time is "02"
    #[test] fn r03_an_endless_realloc_or_post_return_uses_up_its_processor_time is "03"
    #[test] fn r04_tiny_sleeps_and_host_calls_use_up_time_or_quota is "04"
    #[test] fn r05_a_guest_that_sleeps_is_ended_by_the_outer_clock is "05"
    #[test] fn r06_infinite_recursion_is_a_fault is "06"
    #[test] fn r07_a_memory_bomb_hits_its_limit is "07"
    #[test] fn r08_a_memory_of_4_gib_is_refused is "08"
    #[test] fn r09_table_bombs_are_refused_or_hit_their_limit is "09"
    #[test] fn r10_huge_data_is_refused_or_costs_its_own_call is "10"
    #[test] fn r11_too_many_and_too_large_functions_are_refused is "11"
    #[test] fn r12_too_many_instances_and_memories_are_refused is "12"
    #[test] fn r13_features_that_are_off_are_refused is "13"
    #[test] fn r14_log_floods_are_dropped_and_counted is "14"
    #[test] fn r15_output_floods_are_truncated is "15"
    #[test] fn r16_what_is_larger_than_one_call_may_move_ends_it is "16"
    #[test] fn r17_a_million_handles_are_a_quota is "17"
    #[test] fn r18_64_mib_of_randomness_end_the_call is "18"
    #[test] fn r19_there_is_no_environment_no_argument_and_no_input is "19"
    #[test] fn r20_there_are_no_files is "20"
    #[test] fn r21_sockets_and_names_are_denied is "21"
    #[test] fn r22_threads_and_processes_do_not_exist is "22"
    #[test] fn r23_only_what_is_on_the_list_goes_out is "23"
    #[test] fn r24_a_listed_name_that_is_a_private_address_is_prohibited is "24"
    #[test] fn r25_a_redirect_is_not_followed is "25"
    #[test] fn r26_bodies_and_headers_without_end_are_cut is "26"
    #[test] fn r27_slow_servers_meet_the_requests_deadline is "27"
    #[test] fn r28_headers_that_are_the_hosts_are_refused is "28"
    #[test] fn r29_bad_pointers_texts_and_cases_break_the_calling_convention is "29"
    #[test] fn r30_panics_aborts_and_exits_are_told_apart is "30"
    #[test] fn r31_damaged_files_are_refused is "31"
    #[test] fn r32_native_code_is_refused_and_only_what_was_written_is_loaded is "32"
    #[test] fn r33_components_of_other_worlds_are_refused is "33"
    #[test] fn r34_unknown_imports_are_set_against_what_is_provided is "34"
    #[test] fn r35_without_a_grant_every_import_is_denied is "35"
    #[test] fn r36_other_tickets_and_other_fields_are_denied is "36"
    #[test] fn r37_changes_before_a_trap_are_dropped is "37"
    #[test] fn r38_another_plugins_storage_is_not_found is "38"
    #[test] fn r39_memory_of_an_earlier_call_is_never_seen is "39"
    #[test] fn r40_log_lines_are_not_forged_and_show_no_secret is "40"
    #[test] fn r41_a_slow_plugin_leaves_room_for_the_others is "41"
    #[test] fn r42_a_crash_loop_is_suspended is "42"
    #[test] fn r43_uploads_have_a_size_and_a_pace_and_are_not_unpacked is "43"
    #[test] fn r44_conditions_cannot_do_more_than_compare is "44"
    #[test] fn conditions_of_other_engines_that_were_code_are_refused is "i1"
    #[test] fn a_value_is_never_evaluated_a_second_time is "i2"
    #[test] fn an_upload_does_not_run_before_it_is_approved is "i3"
    #[test] fn no_import_skips_the_check is "i4"
    #[test] fn no_imported_workflow_skips_the_check is "i5"
}

#[test]
fn all_44_rows_and_every_incident_are_run_and_tested() {
    let run: Vec<&str> = gavia_hostile::rows().map(|row| row.id).collect();
    assert_eq!(run, TESTED);
    assert_eq!((RUN.code, RUN.stderr.as_str()), (Some(0), ""), "{}", RUN.stdout);
    let count = TESTED.len() - 44;
    let end = format!("44 of 44\n{count} of {count} incidents of other engines\n");
    assert!(RUN.stdout.ends_with(&end), "{}", RUN.stdout);
}

#[test]
fn single_rows_can_be_asked_for_and_must_exist() {
    let two = gavia(&["plugin", "hostile", "20", "i3"]);
    assert!(two.code == Some(0) && two.stdout.ends_with("1 of 1\n1 of 1 incidents of other engines\n"), "{two:?}");
    let none = gavia(&["plugin", "hostile", "45"]);
    assert!(none.code == Some(1) && none.stderr.contains("there is no row 45"), "{none:?}");
}
