//! Random people do random things to tickets of random small workflows: the invariants of the threat model (§6) hold after
//! each act, a refused act changes nothing, and the flow log replays to the ticket.

use std::collections::BTreeSet;

use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::{Map, Value, json};

use super::super::{testing::*, *};

const PEOPLE: [&str; 6] = ["guiji", "lilei", "zhangsan", "wangwu", "jack", "ghost"];
const STATES_MAX: i64 = 8;
const WAYS_MAX: i64 = 16;
/// Whatever the workflow, this state is its end and the one before it a script's.
const END: i64 = STATES_MAX;
const SCRIPT: i64 = STATES_MAX - 1;

/// Somebody by name, or one of those who hold the ticket then.
#[derive(Clone, Copy, Debug)]
enum Who {
    Named(&'static str),
    Holder(usize),
}

#[derive(Clone, Debug)]
enum Command {
    Advance { who: Who, way: usize, values: Map<String, Value>, answer: Option<usize> },
    Accept { who: Who },
    Deliver { who: Who, target: &'static str },
    ScriptSucceeds { values: Map<String, Value>, answer: Option<usize> },
    ScriptFails,
    Retry { who: Who },
}

fn rule() -> impl Strategy<Value = (ParticipantKind, &'static str)> {
    use ParticipantKind as Kind;
    select(vec![
        (Kind::Person, "guiji"),
        (Kind::Person, "nobody knows"),
        (Kind::Several, "guiji,wangwu,jack"),
        (Kind::Department, "3"),
        (Kind::Department, "2,5"),
        (Kind::Department, "99"),
        (Kind::Role, "1"),
        (Kind::Role, "2"),
        (Kind::Variable, "creator"),
        (Kind::Variable, "creator_tl"),
        (Kind::Script, "1"),
        (Kind::Nobody, ""),
        (Kind::Field, "days"),
    ])
}

prop_compose! {
    fn some_state(id: i64)(
        (kind, text) in rule(),
        distribution in select(vec![Distribution::Accept, Distribution::Accept, Distribution::Direct, Distribution::Random]),
        form in select(vec!["", "title,days", "days?,note?,title?", "days!,note?"]),
        remember_last_handler in any::<bool>(),
    ) -> State {
        State { remember_last_handler, distribution, ..state(id, kind, text, form) }
    }
}

prop_compose! {
    /// Every state has one way out at least; the target may not exist.
    fn some_way(id: i64)(
        source in 1..=STATES_MAX,
        destination in 1..=STATES_MAX + 1,
        targets in vec(1..=STATES_MAX, 0..3),
        attribute in select(vec![TransitionAttribute::Agree, TransitionAttribute::Refuse]),
        field_check in select(vec![FieldCheck::Required, FieldCheck::Skipped]),
        timer in prop::bool::weighted(0.05),
    ) -> Transition {
        let conditions = targets.into_iter().map(|target| condition("{days} > 1", target)).collect();
        let kind = if timer { TransitionKind::Timer } else { TransitionKind::Normal };
        let conditions = Conditions::Listed(conditions);
        let source = if id <= SCRIPT { id } else { source };
        Transition { kind, conditions, attribute, field_check, ..transition(id, source, destination) }
    }
}

fn some_workflow() -> impl Strategy<Value = Definition> {
    let middle: Vec<_> = (2..SCRIPT).map(some_state).collect();
    let ways: Vec<_> = (2..=WAYS_MAX).map(some_way).collect();
    (middle, ways, 2..=STATES_MAX).prop_map(|(middle, mut ways, first)| {
        let mut states = vec![start(1, "title?,days?")];
        states.extend(middle);
        states.push(state(SCRIPT, ParticipantKind::Script, "1", ""));
        states.push(end(END));
        ways.insert(0, transition(1, 1, first));
        let fields = vec![field(1, "days", FieldKind::Int, 30), field(2, "note", FieldKind::Text, 31)];
        workflow(states, ways, fields)
    })
}

fn values() -> impl Strategy<Value = Map<String, Value>> {
    select(vec![
        json!({}),
        json!({ "days": 3 }),
        json!({ "days": "many" }),
        json!({ "days": null, "note": "n" }),
        json!({ "title": "t", "days": "4", "note": ["a", "b"], "sn": "forged", "state_id": 1 }),
    ])
    .prop_map(body)
}

fn some_command() -> impl Strategy<Value = Command> {
    let answer = || select(vec![None, None, Some(0), Some(1)]);
    let name = || select(PEOPLE.to_vec());
    let who = || prop_oneof![1 => name().prop_map(Who::Named), 3 => (0_usize..4).prop_map(Who::Holder)];
    prop_oneof![
        6 => (who(), 0_usize..40, values(), answer())
            .prop_map(|(who, way, values, answer)| Command::Advance { who, way, values, answer }),
        2 => who().prop_map(|who| Command::Accept { who }),
        1 => (who(), name()).prop_map(|(who, target)| Command::Deliver { who, target }),
        3 => (values(), answer()).prop_map(|(values, answer)| Command::ScriptSucceeds { values, answer }),
        1 => Just(Command::ScriptFails),
        1 => who().prop_map(|who| Command::Retry { who }),
    ]
}

/// One ticket's life as the store keeps it.
struct Life {
    desk: Desk,
    ticket: Ticket,
    /// Entries with their snapshots, as text.
    logs: Vec<(FlowLogEntry, String)>,
    exits: BTreeSet<i32>,
    acts: usize,
}

impl Life {
    fn begin(definition: Definition, creator: &str, days: i64) -> Option<Self> {
        let desk = Desk::of(definition);
        let step = desk.create(creator, 1, &body(json!({ "title": "x", "days": days }))).ok()?;
        assert_eq!((step.ticket.visit, step.ticket.version, step.exit), (1, 1, None));
        let mut life = Self { desk, ticket: step.ticket.clone(), logs: Vec::new(), exits: BTreeSet::new(), acts: 0 };
        life.keep(step.log.as_ref());
        Self::check_jobs(&step, true);
        life.check_ticket();
        Some(life)
    }

    fn name(&self, who: Who) -> String {
        let holders = holders(&self.ticket, &self.desk.directory);
        match who {
            Who::Named(name) => name.to_owned(),
            Who::Holder(_) if holders.is_empty() => "ghost".to_owned(),
            Who::Holder(index) => holders[index % holders.len()].clone(),
        }
    }

    /// Mostly a transition that leaves the state, else any or none.
    fn way(&self, index: usize) -> i64 {
        let leaving: Vec<i64> = self.desk.definition.leaving(self.ticket.state).map(|way| way.id.0).collect();
        match leaving.get(index % (leaving.len() + 1)) {
            Some(way) => *way,
            None => i64::try_from(index).expect("small"),
        }
    }

    fn decide(&self, command: &Command) -> Result<Step, Refusal> {
        let ticket = &self.ticket;
        match command {
            Command::Advance { who, way, values, answer } => {
                let desk = Desk { conditions: Ok(*answer), ..self.desk.clone() };
                desk.advance(ticket, &self.name(*who), self.way(*way), values.clone().into())
            }
            Command::Accept { who } => self.desk.accept(ticket, &self.name(*who)),
            Command::Deliver { who, target } => self.desk.deliver(ticket, &self.name(*who), target),
            Command::ScriptSucceeds { values, answer } => {
                let desk = Desk { conditions: Ok(*answer), ..self.desk.clone() };
                let way = script_transition(&desk.definition, ticket.state)?;
                desk.script(ticket, 1, way.0, values.clone().into())
            }
            Command::ScriptFails => {
                let run = FailedRun { script: ScriptId(1), name: "授权", reason: "no" };
                script_failed(ticket.clone(), &self.desk.definition, run, now())
            }
            Command::Retry { who } => retry(ticket.clone(), &self.name(*who), now()),
        }
    }

    fn act(&mut self, command: &Command) {
        let before = self.ticket.clone();
        // a refusal gives no ticket back, so that there is nothing to store
        let Ok(step) = self.decide(command) else { return };
        self.acts += 1;
        let after = &step.ticket;
        self.check_right(command, &before, step.log.as_ref());
        assert_eq!(after.version, before.version + 1);
        assert_eq!(
            (after.id, &after.sn, &after.creator, after.created_at, after.parent),
            (before.id, &before.sn, &before.creator, before.created_at, before.parent)
        );
        assert!(after.related.starts_with(&before.related), "names are only added");
        match step.exit {
            Some(visit) => {
                assert_eq!((visit, after.visit), (before.visit, before.visit + 1));
                assert!(self.exits.insert(visit), "I2: visit {visit} ended twice");
                assert!(after.script_succeeded && after.add_node_man.is_none());
            }
            None => assert_eq!((after.visit, after.state), (before.visit, before.state)),
        }
        assert_eq!(step.log.is_none(), matches!(command, Command::Retry { .. }), "I6");
        Self::check_jobs(&step, step.exit.is_some());
        self.ticket = step.ticket.clone();
        self.keep(step.log.as_ref());
        self.check_ticket();
    }

    fn keep(&mut self, log: Option<&FlowLogEntry>) {
        let Some(log) = log else { return };
        if let (Some(_), LogActor::Person(name)) = (log.transition, &log.actor) {
            self.desk.directory.last_handlers.insert(log.state, name.clone());
        }
        let snapshot = serde_json::to_string(&self.ticket).unwrap();
        self.logs.push((log.clone(), snapshot));
    }

    /// Whoever acted held the ticket (I11).
    fn check_right(&self, command: &Command, before: &Ticket, log: Option<&FlowLogEntry>) {
        match (command, log.map(|log| &log.actor)) {
            (Command::Retry { .. }, None) | (_, Some(LogActor::Script { .. })) => {
                assert_eq!(before.participants, Participants::Script(ScriptId(1)));
            }
            (_, Some(LogActor::Person(name))) => {
                assert!(holders(before, &self.desk.directory).contains(name), "{name} held nothing");
            }
            other => panic!("nobody does {other:?}"),
        }
        assert_eq!(before.status, TicketStatus::Ongoing, "I14: nothing moves after the end");
    }

    /// I16: a run is asked for when a script's state is entered, and by a retry; never else.
    fn check_jobs(step: &Step, entered: bool) {
        let asked = matches!(step.ticket.participants, Participants::Script(_)) && (entered || step.log.is_none());
        assert_eq!(step.jobs.len(), usize::from(asked));
        for Job::Script { visit, .. } in &step.jobs {
            assert_eq!(*visit, step.ticket.visit);
        }
    }

    fn check_ticket(&self) {
        let ticket = &self.ticket;
        let state = self.desk.definition.state(ticket.state).expect("it stands somewhere");
        assert_eq!(ticket.status == TicketStatus::Ended, state.kind == StateKind::End, "I14");
        let distinct: BTreeSet<&String> = ticket.related.iter().collect();
        assert_eq!(distinct.len(), ticket.related.len(), "I15: doubles in {:?}", ticket.related);
        assert!(distinct.contains(&ticket.creator), "I15");
        for holder in holders(ticket, &self.desk.directory) {
            assert!(distinct.contains(&holder), "I15: {holder} holds it and is not related");
        }
        let unheld = ticket.participants == Participants::Nobody;
        let nobody = state.participant.kind == ParticipantKind::Nobody;
        assert!(!unheld || nobody, "I13: an open ticket without holder");
        assert_eq!(ticket.add_node_man, None);
        let accepts = self.logs.iter().filter(|log| log.0.intervention == Intervention::Accept);
        let visits: Vec<i32> = accepts.map(|log| log.0.visit).collect();
        assert_eq!(visits.iter().collect::<BTreeSet<_>>().len(), visits.len(), "I1");
        assert_eq!(i32::try_from(self.exits.len()).unwrap() + 1, ticket.visit, "I2");
    }

    /// I2, I6: each entry starts where the one before it ended, and the last snapshot is the ticket, but for retries, which
    /// leave no entry.
    fn replay(&self) {
        let mut at: Option<Ticket> = None;
        for (entry, snapshot) in &self.logs {
            let after: Ticket = serde_json::from_str(snapshot).unwrap();
            let (state, visit) = at.as_ref().map_or((StateId(1), 1), |at| (at.state, at.visit));
            assert_eq!((entry.state, entry.visit), (state, visit));
            let exited = self.exits.contains(&entry.visit) && after.visit == entry.visit + 1;
            assert!(exited || at.is_none() || after.visit == entry.visit);
            at = Some(after);
        }
        let Ticket { version, modified_at, script_succeeded, .. } = self.ticket;
        let replayed = Ticket { version, script_succeeded, modified_at, ..at.expect("its creation is logged") };
        assert_eq!(replayed, self.ticket);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn i01_i02_i06_i13_i14_i15_random_commands_break_no_invariant_and_the_log_replays(
        definition in some_workflow(),
        creator in select(PEOPLE.to_vec()),
        days in 0_i64..5,
        commands in vec(some_command(), 0..40),
    ) {
        if let Some(mut life) = Life::begin(definition, creator, days) {
            for command in &commands {
                life.act(command);
            }
            life.replay();
        }
    }
}

/// The generator is worth its name: most tickets come to life, and many acts are allowed.
#[test]
fn random_commands_do_move_tickets() {
    use proptest::{strategy::ValueTree as _, test_runner::TestRunner};
    let mut runner = TestRunner::deterministic();
    let (mut lives, mut acts, mut ended) = (0, 0, 0);
    for _ in 0..200 {
        let whole = (some_workflow(), select(PEOPLE.to_vec()), vec(some_command(), 40));
        let (definition, creator, commands) = whole.new_tree(&mut runner).unwrap().current();
        let Some(mut life) = Life::begin(definition, creator, 1) else { continue };
        for command in &commands {
            life.act(command);
        }
        lives += 1;
        acts += life.acts;
        ended += usize::from(life.ticket.status == TicketStatus::Ended);
    }
    assert!(lives > 100 && acts > 600 && ended > 30, "{lives} tickets, {acts} acts, {ended} ended");
}
