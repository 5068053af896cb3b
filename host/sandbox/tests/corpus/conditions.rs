//! Row 44: expressions that want more than to be compared.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use gavia_sandbox::{Call, GuestErrorKind, Kind, Limits, PluginError};

use crate::bench::{ask, condition_core_module, hostile};

#[tokio::test]
async fn r44_hostile_conditions_are_problems_when_saved_and_errors_when_asked() {
    let (sandbox, _) = hostile().await;
    let plugin = sandbox.prepare(condition_core_module()).await.unwrap().plugin;
    let known = ["days".to_owned(), "mode".to_owned()];
    let deep = format!("{}1{}", "(".repeat(3_000), ")".repeat(3_000));
    let chain = format!("1{}", "+1".repeat(1_900));
    let huge = format!("'{}' == 'x'", "x".repeat(1 << 20));
    // Each with whether it is a problem at the time of saving already.
    let hostile = [
        ("__import__('os').system('id')", true),
        ("().__class__.__bases__[0].__subclasses__()", true),
        ("{days.__class__}", true),
        ("{days!r}", true),
        ("open('/etc/passwd').read()", true),
        ("eval('1')", true),
        ("lambda: 1", true),
        ("[x for x in (1,)]", true),
        ("(((", true),
        (deep.as_str(), true),
        (huge.as_str(), true),
        ("9**9**9", false),
        ("'x' * 10**9 == ''", false),
        ("1 / 0 > 1", false),
        ("{days} > {mode}", false),
        (chain.as_str(), false),
    ];
    for (expression, at_saving) in hostile {
        let named: String = expression.chars().take(60).collect();
        let start = Instant::now();
        let expressions = [expression.to_owned()];
        let problems = sandbox.check_conditions(&plugin, &expressions, &known).await.result;
        // Text past what one call may move does not even reach the guest's parser.
        assert!(problems.as_ref().map_or(true, |problems| problems.is_empty() != at_saving), "{named}: {problems:?}");
        let ask = ask("");
        let call = Call {
            context: &ask.context,
            grants: Arc::default(),
            limits: Limits { failures: u32::MAX, wall: Duration::from_secs(5), ..Limits::for_kind(Kind::Condition) },
            host: ask.host.clone(),
        };
        let outcome = sandbox.first_match(&plugin, &expressions, call).await;
        match outcome.result {
            Ok(_) => assert!(!at_saving, "{named} was evaluated"),
            Err(PluginError::Guest(said)) => assert_eq!(said.kind, GuestErrorKind::InvalidInput, "{named}: {said:?}"),
            Err(other) => panic!("{named}: {other:?}"),
        }
        assert!(outcome.usage.peak_memory_bytes <= 8 << 20, "{named}");
        assert!(start.elapsed() < Duration::from_secs(5), "{named}");
    }
}
