//! Random people do random things to tickets of random small workflows: the invariants of the threat model (§6) hold after
//! each act, a refused act changes nothing, and the flow log replays to the ticket.

use std::collections::BTreeSet;

use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::{Map, json};

mod generate;

use generate::{Command, PEOPLE, Who, some_command, some_workflow};

use super::super::{testing::*, *};

/// One ticket's life as the store keeps it.
struct Life {
    desk: Desk,
    ticket: Ticket,
    /// Entries with their snapshots, as text.
    logs: Vec<(FlowLogEntry, String)>,
    exits: BTreeSet<i32>,
    votes: BTreeSet<(i32, i32, String)>,
    acts: usize,
}

impl Life {
    fn begin(definition: Definition, creator: &str, days: i64) -> Option<Self> {
        let desk = Desk::of(definition);
        let step = desk.create(creator, 1, &body(json!({ "title": "x", "days": days }))).ok()?;
        assert_eq!((step.ticket.visit, step.ticket.version, step.exit), (1, 1, None));
        let mut life = Self {
            desk,
            ticket: step.ticket.clone(),
            logs: Vec::new(),
            exits: BTreeSet::new(),
            votes: BTreeSet::new(),
            acts: 0,
        };
        life.keep(step.log.as_ref());
        life.check_jobs(&step, true, false);
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
                let way = outgoing(&desk.definition, ticket.state)?;
                desk.script(ticket, 1, way.0, values.clone().into())
            }
            Command::ScriptFails => {
                let run = FailedRun { script: ScriptId(1), name: "授权", reason: "no" };
                script_failed(ticket.clone(), &self.desk.definition, run, now())
            }
            Command::Retry { who } => self.desk.retry(ticket, &self.name(*who)),
            Command::AddNode { who, target } => self.desk.add_node(ticket, &self.name(*who), target),
            Command::EndAddNode { who } => self.desk.end_add_node(ticket, &self.name(*who)),
            Command::Comment { who } => {
                let name = self.name(*who);
                comment(ticket.clone(), &self.desk.definition, "hm", &self.desk.facts(Actor::Person(&name)))
            }
            Command::SetFields { who, values } => {
                let name = self.name(*who);
                set_fields(ticket.clone(), &self.desk.definition, (values, ""), &self.desk.facts(Actor::Person(&name)))
            }
            Command::NoticeWrites { values } => {
                let facts = self.desk.facts(Actor::Engine(Cause::Notice));
                notice_writes(ticket.clone(), &self.desk.definition, (values, "tell"), &facts)
            }
            Command::Timer { way, answer } => {
                let desk = Desk { conditions: Ok(*answer), ..self.desk.clone() };
                desk.engine(ticket, Cause::Timer, self.way(*way))
            }
            Command::Hook { succeeds, answer } => {
                let desk = Desk { conditions: Ok(*answer), ..self.desk.clone() };
                let facts = desk.facts(Actor::Engine(Cause::Hook));
                if *succeeds {
                    hook_moves(ticket.clone(), &desk.definition, ("ok", &Map::new()), &facts)
                } else {
                    hook_failed(ticket.clone(), "no", &facts)
                }
            }
            Command::Children { answer } => {
                let desk = Desk { conditions: Ok(*answer), ..self.desk.clone() };
                let way = outgoing(&desk.definition, ticket.state)?;
                desk.engine(ticket, Cause::Children, way.0)
            }
            Command::Force { state } => self.desk.force(ticket, "admin", *state),
            Command::Close => self.desk.close(ticket, "admin"),
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
                assert!(after.script_succeeded && after.add_nodes.is_empty() && after.round == 1);
            }
            None => assert_eq!((after.visit, after.state), (before.visit, before.state)),
        }
        let silent =
            matches!(command, Command::Retry { .. } | Command::SetFields { .. } | Command::NoticeWrites { .. });
        assert!(step.log.is_some() || silent, "I6");
        if let Some(vote) = &step.vote {
            let choice = (vote.visit, vote.round, vote.username.clone());
            assert!(self.votes.insert(choice), "I3: {} chose twice", vote.username);
        }
        self.check_jobs(&step, step.exit.is_some(), matches!(command, Command::Retry { .. }));
        self.ticket = step.ticket.clone();
        self.keep(step.log.as_ref());
        self.check_ticket();
    }

    fn keep(&mut self, log: Option<&FlowLogEntry>) {
        let Some(log) = log else { return };
        if let (Some(_), LogActor::Person(name)) = (log.transition, &log.actor)
            && name != ROBOT
        {
            self.desk.directory.last_handlers.insert(log.state, name.clone());
        }
        let snapshot = serde_json::to_string(&self.ticket).unwrap();
        self.logs.push((log.clone(), snapshot));
    }

    /// Whoever acted held the ticket (I11); looking on, administrators and the engine have rules of their own.
    fn check_right(&self, command: &Command, before: &Ticket, log: Option<&FlowLogEntry>) {
        match command {
            Command::Comment { .. } | Command::Force { .. } => return,
            Command::NoticeWrites { .. } if log.is_none() => return,
            Command::NoticeWrites { .. }
            | Command::SetFields { .. }
            | Command::Timer { .. }
            | Command::Children { .. }
            | Command::Close => {}
            Command::Hook { .. } => assert_eq!(before.participants, Participants::Hook),
            Command::Retry { .. } => {
                assert!(matches!(before.participants, Participants::Script(_) | Participants::Hook));
            }
            Command::ScriptSucceeds { .. } | Command::ScriptFails => {
                assert_eq!(before.participants, Participants::Script(ScriptId(1)));
            }
            Command::Advance { .. }
            | Command::Accept { .. }
            | Command::Deliver { .. }
            | Command::AddNode { .. }
            | Command::EndAddNode { .. } => {
                let Some(LogActor::Person(name)) = log.map(|log| &log.actor) else { panic!("nobody did {command:?}") };
                assert!(holders(before, &self.desk.directory).contains(name), "{name} held nothing");
            }
        }
        assert_eq!(before.status, TicketStatus::Ongoing, "I14: nothing moves after the end");
    }

    /// I16: a run or call is asked for when a script's or hook's state is entered, and by a retry; never else. Timers are armed by
    /// entering.
    fn check_jobs(&self, step: &Step, entered: bool, retried: bool) {
        let runs = step.jobs.iter().filter(|job| matches!(job, Job::Script { .. } | Job::Hook { .. })).count();
        let engine = matches!(step.ticket.participants, Participants::Script(_) | Participants::Hook);
        assert_eq!(runs, usize::from(engine && (entered || retried)));
        let timers = step.jobs.iter().filter(|job| matches!(job, Job::Timer { .. })).count();
        let armed = self.desk.definition.leaving(step.ticket.state).filter(|way| way.kind == TransitionKind::Timer);
        let wanted = if entered && !step.ticket.is_over() { armed.count() } else { 0 };
        assert_eq!(timers, wanted, "I7");
        for job in &step.jobs {
            if let Job::Script { visit, .. } | Job::Hook { visit } | Job::Timer { visit, .. } = job {
                assert_eq!(*visit, step.ticket.visit);
            }
        }
    }

    fn check_ticket(&self) {
        let ticket = &self.ticket;
        let state = self.desk.definition.state(ticket.state).expect("it stands somewhere");
        assert_eq!(ticket.is_over(), state.kind == StateKind::End, "I14");
        let distinct: BTreeSet<&String> = ticket.related.iter().collect();
        assert_eq!(distinct.len(), ticket.related.len(), "I15: doubles in {:?}", ticket.related);
        assert!(distinct.contains(&ticket.creator), "I15");
        for holder in holders(ticket, &self.desk.directory) {
            assert!(distinct.contains(&holder), "I15: {holder} holds it and is not related");
        }
        let unheld = ticket.participants == Participants::Nobody;
        let nobody = state.participant.kind == ParticipantKind::Nobody;
        assert!(!unheld || nobody, "I13: an open ticket without holder");
        self.check_everybody();
        let accepts = self.logs.iter().filter(|log| log.0.intervention == Intervention::Accept);
        let visits: Vec<i32> = accepts.map(|log| log.0.visit).collect();
        assert_eq!(visits.iter().collect::<BTreeSet<_>>().len(), visits.len(), "I1");
        assert_eq!(i32::try_from(self.exits.len()).unwrap() + 1, ticket.visit, "I2");
    }

    /// I3, I13: who must still handle are those without a choice, never none; a countersignature parks the others.
    fn check_everybody(&self) {
        let ticket = &self.ticket;
        assert!(ticket.round >= 1);
        if ticket.everybody.is_empty() || !ticket.add_nodes.is_empty() {
            return;
        }
        let left: Vec<String> = ticket
            .everybody
            .iter()
            .filter(|(_, choice)| choice["transition_id"].is_null())
            .map(|(name, _)| name.clone())
            .collect();
        assert!(!left.is_empty(), "I3: all have handled and the ticket is stuck");
        assert_eq!(ticket.participants, Participants::Several(left));
    }

    /// I2, I6: each entry starts where the one before it ended, and the last snapshot is the ticket, but for retries, which
    /// leave no entry.
    fn replay(&self) {
        let mut at: Option<Ticket> = None;
        for (entry, snapshot) in &self.logs {
            let after: Ticket = serde_json::from_str(snapshot).unwrap();
            let (state, visit) = at.as_ref().map_or((StateId(1), 1), |at| (at.state, at.visit));
            assert_eq!(entry.visit, visit);
            // a close is logged in the state that it leads to (T-16)
            assert!(entry.state == state || entry.intervention == Intervention::Close);
            let exited = self.exits.contains(&entry.visit) && after.visit == entry.visit + 1;
            assert!(exited || at.is_none() || after.visit == entry.visit);
            at = Some(after);
        }
        let Ticket { version, modified_at, script_succeeded, .. } = self.ticket; // a retry leaves no entry
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
        ended += usize::from(life.ticket.is_over());
    }
    assert!(lives > 100 && acts > 600 && ended > 30, "{lives} tickets, {acts} acts, {ended} ended");
}
