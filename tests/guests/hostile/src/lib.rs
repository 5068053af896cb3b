//! Does the harm that its arguments name, and reports what the engine let it do. A fixture of the sandbox's tests.

use std::{
    hint::black_box,
    io::{Read, Write},
    net::{TcpListener, TcpStream, ToSocketAddrs, UdpSocket},
    time::Duration,
};

use gavia_plugin_sdk::{Action, Context, Error, Host, Level, Outcome, bindings::gavia::plugin as wit};

struct Hostile;

impl Action for Hostile {
    fn run(context: &Context, host: &Host) -> Result<Outcome, Error> {
        let harm: String = context.args()?;
        match harm.as_str() {
            "none" => Ok(Outcome::message("fine")),
            "loop" => spin(),
            "recurse" => Ok(Outcome::message(recurse(1).to_string())),
            "allocate" => allocate(),
            "reserve" => reserve(),
            "panic" => panic!("told to panic"),
            "abort" => std::process::abort(),
            "exit" => std::process::exit(3),
            "exit with zero" => std::process::exit(0),
            "fail for good" => Err(Error::permanent("no").with_detail(&[1, 2])),
            "fail for now" => Err(Error::retryable("not yet")),
            "sleep an hour" => {
                std::thread::sleep(Duration::from_secs(3_600));
                Ok(Outcome::message("slept"))
            }
            "tiny sleeps" => loop {
                std::thread::sleep(Duration::from_micros(10));
            },
            "host calls" => loop {
                black_box(host.setting("x"));
            },
            "log flood" => {
                for i in 0..2_000 {
                    host.info(format!("line {i}"));
                }
                Ok(Outcome::message("logged"))
            }
            "huge log line" => {
                host.info("x".repeat(8 << 20));
                Ok(Outcome::message("logged"))
            }
            "long log line" => {
                host.log(Level::Error, "x".repeat(100_000));
                Ok(Outcome::message("logged"))
            }
            "print flood" => {
                for i in 0..5_000 {
                    println!("out {i}");
                    eprintln!("err {i}");
                }
                Ok(Outcome::message("printed"))
            }
            "print" => {
                println!("to\u{1b}[31m standard output");
                eprintln!("to standard error");
                host.warn("to the log");
                Ok(Outcome::message("printed"))
            }
            "huge message" => Ok(Outcome::message("x".repeat(32 << 20))),
            "big message" => Ok(Outcome::message("x".repeat(9 << 10))),
            "big output" => Outcome::message("x").with_output(&"x".repeat(300 << 10)),
            "many elements" => many_elements(),
            "look around" => Ok(Outcome::message(look_around())),
            "network" => Ok(Outcome::message(network())),
            "fetch" => Ok(Outcome::message(fetch())),
            "threads and processes" => Ok(Outcome::message(threads_and_processes())),
            "imports without grant" => Ok(Outcome::message(imports_without_grant(host))),
            "write" => {
                host.set_field("days", 7)?;
                host.comment("seven")?;
                Ok(Outcome::message("wrote"))
            }
            "tell a secret" => {
                let secret = host.secret("token")?;
                host.comment(format!("it is {}", secret.expose()))?;
                Outcome::message(format!("it is {}", secret.expose())).with_output(&[secret.expose()])
            }
            "write, then panic" => {
                host.set_field("days", 7)?;
                panic!("after writing")
            }
            "write, then fail" => {
                host.set_field("days", 7)?;
                Err(Error::permanent("changed my mind"))
            }
            "write other field" => {
                host.set_field("salary", 1_000_000)?;
                Ok(Outcome::message("wrote"))
            }
            "write what is not JSON" => {
                let field = wit::types::FieldValue {
                    key: "days".to_owned(),
                    kind: wit::types::FieldType::Int,
                    value: "{".to_owned(),
                };
                wit::effects::set_fields(&[field])?;
                Ok(Outcome::message("wrote"))
            }
            "write too much" => {
                for i in 0..101 {
                    host.set_field(&format!("f{i}"), i)?;
                }
                Ok(Outcome::message("wrote"))
            }
            "write too many bytes" => {
                for _ in 0..4 {
                    host.set_field("text", "x".repeat(100 << 10))?;
                }
                Ok(Outcome::message("wrote"))
            }
            "read" => {
                let ticket = host.ticket(context.field("read")?)?;
                let history = host.history(ticket.id, 10)?;
                Ok(Outcome::message(format!("{} with {} entries", ticket.title, history.len())))
            }
            "budget" => Ok(Outcome::message(context.budget().as_millis().to_string())),
            other => Err(Error::invalid_input(format!("no such harm: {other}"))),
        }
    }
}

gavia_plugin_sdk::export_action!(Hostile);

fn spin() -> Result<Outcome, Error> {
    let mut x = 0_u64;
    loop {
        x = black_box(x.wrapping_add(1));
    }
}

fn recurse(depth: u64) -> u64 {
    let held = black_box([depth; 32]);
    if black_box(depth) == 0 { 0 } else { held[3].wrapping_add(recurse(depth + 1)) }
}

fn allocate() -> Result<Outcome, Error> {
    let mut held: Vec<Vec<u8>> = Vec::new();
    loop {
        held.push(black_box(vec![1; 1 << 20]));
    }
}

/// Asks for more than it may have, takes the refusal, and goes on.
fn reserve() -> Result<Outcome, Error> {
    let refused = Vec::<u8>::new().try_reserve_exact(100 << 20).is_err();
    Ok(Outcome::message(format!("refused: {refused}")))
}

fn many_elements() -> Result<Outcome, Error> {
    let fields: Vec<_> = (0..200_000)
        .map(|i| wit::types::FieldValue {
            key: format!("k{i}"),
            kind: wit::types::FieldType::Int,
            value: "1".to_owned(),
        })
        .collect();
    wit::effects::set_fields(&fields)?;
    Ok(Outcome::message("wrote"))
}

fn look_around() -> String {
    let mut input = String::new();
    let read =
        std::io::stdin().read_to_string(&mut input).map_or_else(|error| error.kind().to_string(), |n| n.to_string());
    [
        format!("environment {}", std::env::vars().count()),
        format!("arguments {}", std::env::args().count()),
        format!("stdin {read}"),
        said("passwd", std::fs::read("/etc/passwd")),
        said("parent", std::fs::read_dir("../")),
        said("here", std::fs::read_dir(".")),
        said("write", std::fs::File::create("x").and_then(|mut file| file.write_all(b"x"))),
    ]
    .join("; ")
}

fn network() -> String {
    [
        said("connect", TcpStream::connect("127.0.0.1:80")),
        said("listen", TcpListener::bind("127.0.0.1:0")),
        said("udp", UdpSocket::bind("127.0.0.1:0")),
        said("resolve", "localhost:80".to_socket_addrs()),
    ]
    .join("; ")
}

fn fetch() -> String {
    use wasip2::http::{outgoing_handler, types};

    let request = types::OutgoingRequest::new(types::Fields::new());
    let set = request.set_authority(Some("example.com")).and_then(|()| request.set_path_with_query(Some("/")));
    if set.is_err() {
        return "no request".to_owned();
    }
    let answer = match outgoing_handler::handle(request, None) {
        Ok(response) => {
            response.subscribe().block();
            response.get()
        }
        Err(code) => return format!("at once {code:?}"),
    };
    match answer {
        Some(Ok(Ok(response))) => format!("allowed {}", response.status()),
        Some(Ok(Err(code))) => format!("{code:?}"),
        other => format!("{other:?}"),
    }
}

fn threads_and_processes() -> String {
    [
        said("thread", std::thread::Builder::new().spawn(|| ())),
        said("process", std::process::Command::new("/bin/sh").spawn()),
    ]
    .join("; ")
}

fn imports_without_grant(host: &Host) -> String {
    let answers = [
        ("secret", wit::secrets::get("token").err()),
        ("kv get", wit::kv::get("k").err()),
        ("kv set", wit::kv::set("k", b"v", None).err()),
        ("kv delete", wit::kv::delete("k").err()),
        ("kv cas", wit::kv::compare_and_set("k", None, b"v").err()),
        ("ticket", wit::tickets::get(1).err()),
        ("history", wit::tickets::history(1, 1).err()),
        ("field", wit::effects::set_fields(&[]).err()),
        ("comment", wit::effects::add_comment("x").err()),
        ("user", wit::directory::user_by_name("x").err()),
        ("role", wit::directory::users_in_role(1, 1).err()),
        ("dept", wit::directory::users_in_dept(1, true, 1).err()),
        ("leader", wit::directory::leader_of_dept(1).err()),
    ];
    let denied = |error: &Option<wit::types::Error>| matches!(error, Some(error) if matches!(error.kind, wit::types::ErrorKind::Denied));
    let told: Vec<&str> = answers.iter().filter(|(_, error)| denied(error)).map(|(what, _)| *what).collect();
    format!("{} are denied; config {:?} {}", told.join(", "), host.setting("x"), wit::config::all().len())
}

fn said<T>(what: &str, result: std::io::Result<T>) -> String {
    format!("{what} {}", result.map_or_else(|error| error.kind().to_string(), |_| "allowed".to_owned()))
}
