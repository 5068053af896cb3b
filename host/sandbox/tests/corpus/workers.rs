//! Compiling in a child: the same answers, and an end to what takes too much (rows 11 and 32).

use std::{os::unix::process::ExitStatusExt as _, path::PathBuf, process::Stdio, time::Duration};

use gavia_sandbox::Rejection;
use tokio::{io::AsyncWriteExt as _, process::Command};

use crate::bench::{Module, ask, sandbox};

fn worker() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_compile-worker"))
}

#[tokio::test]
async fn a_child_compiles_what_this_process_would() {
    let (here, child) = (sandbox(2), sandbox(2));
    child.compile_in_child(worker(), Vec::new());
    let component = Module { more: "(func $compiled_elsewhere)", ..Module::default() }.action();
    let prepared = child.prepare(component.clone()).await.unwrap();
    assert_eq!(ask("").run(&child, &prepared.plugin).await.result.unwrap().message, "fine");
    let plugin = here.load(prepared.component, prepared.compiled).await.expect("one engine, one cache");
    assert_eq!(ask("").run(&here, &plugin).await.result.unwrap().message, "fine");
}

#[tokio::test]
async fn what_cannot_be_prepared_is_refused_the_same_way() {
    let child = sandbox(2);
    child.compile_in_child(worker(), Vec::new());
    let memories = "(core module $n (memory 1)) (core instance (instantiate $n)) (core instance (instantiate $n))";
    let module = format!("{} {memories}", Module::default().text());
    let many = crate::bench::Frame { module: &module, ..Default::default() }.action();
    assert!(matches!(child.prepare(many).await, Err(Rejection::Invalid(_))));
}

#[tokio::test]
async fn a_child_that_is_none_or_says_nothing_is_our_fault() {
    for (program, arguments) in [("/nowhere/gavia", vec![]), ("/bin/sh", vec!["-c".into(), "exit 7".into()])] {
        let sandbox = sandbox(2);
        sandbox.compile_in_child(program.into(), arguments);
        let answer = sandbox.prepare(Module { more: "(func $never)", ..Module::default() }.action()).await;
        assert!(matches!(answer, Err(Rejection::Internal(_))), "{program}");
    }
}

#[tokio::test]
async fn what_a_child_answers_is_checked_before_it_is_used() {
    let sandbox = sandbox(2);
    sandbox.compile_in_child("/bin/sh".into(), vec!["-c".into(), "cat > /dev/null; echo nonsense".into()]);
    let answer = sandbox.prepare(Module { more: "(func $nonsense)", ..Module::default() }.action()).await;
    assert!(matches!(answer, Err(Rejection::Invalid(_))));
}

#[tokio::test]
async fn a_child_past_its_processor_time_or_memory_is_ended() {
    for (script, wanted) in
        [("ulimit -t 1; while :; do :; done", "processor time"), ("kill -ABRT $$", "memory"), ("exit 101", "memory")]
    {
        let sandbox = sandbox(2);
        sandbox.compile_in_child("/bin/sh".into(), vec!["-c".into(), script.into()]);
        let answer = sandbox.prepare(Module { more: "(func $endless)", ..Module::default() }.action()).await;
        match answer {
            Err(Rejection::Limit(text)) => assert!(text.contains(wanted), "{text}"),
            other => panic!("{:?}", other.map(|prepared| prepared.kinds)),
        }
    }
}

#[tokio::test]
async fn the_worker_takes_its_limits_upon_itself() {
    let function =
        |i: usize| format!("(func (param i32) (result i32) local.get 0 {})", "i32.const 7 i32.mul ".repeat(i % 60));
    let many: String = (0..40_000).map(function).collect();
    let component = gavia_hostile::wat(&format!("(component (core module {many}))"));
    let run = async |cpu: &str, memory: &str| {
        let mut command = Command::new(worker());
        command
            .env_clear()
            .env("GAVIA_COMPILE_CPU_SECONDS", cpu)
            .env("GAVIA_COMPILE_MEMORY_BYTES", memory)
            .env("RAYON_NUM_THREADS", "1")
            .env("MALLOC_ARENA_MAX", "1");
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
        let mut child = command.spawn().unwrap();
        let mut input = child.stdin.take().unwrap();
        let _ = input.write_all(&component).await; // it may be gone already
        drop(input);
        tokio::time::timeout(Duration::from_mins(1), child.wait()).await.expect("it ends by itself").unwrap()
    };
    let slow = run("1", "2147483648").await;
    assert_eq!(slow.signal(), Some(24), "SIGXCPU: {slow}");
    let large = run("60", "40000000").await;
    assert!(large.signal() == Some(6) || large.code() == Some(101), "SIGABRT or a panic: {large}");
}
