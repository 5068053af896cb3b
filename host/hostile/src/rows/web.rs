//! Rows 23 to 28: requests of a guest, to where it may not and to servers that mean no good.

use std::time::Duration;

use gavia_sandbox::Injection;

use crate::{
    arena::Arena,
    ask::{Ask, private, public, steps},
    receiver::{Receiver, Reply, ok},
    row::{Attack, End, Ended, Guest, answers, call, ensure},
};

fn get(url: &str) -> Ask {
    steps(&[&["http", "GET", url]])
}

fn request(what: &str, ask: Ask, end: End) -> Attack {
    call(what, Guest::Prober, ask, end)
}

/// The request was counted as refused and nothing arrived at this receiver, which lives until then.
fn reached_by_nobody(receiver: Receiver) -> impl FnOnce(&Ended) -> Result<(), String> + Send + 'static {
    move |ended| {
        let usage = ended.outcome()?.usage;
        ensure(
            usage.denied == usage.http_requests,
            format!("{} of {} were counted", usage.denied, usage.http_requests),
        )?;
        ensure(receiver.heads().is_empty(), format!("this arrived: {:?}", receiver.heads()))
    }
}

/// Only its first request arrived, and the other is counted as refused.
fn reached_once(receiver: Receiver) -> impl FnOnce(&Ended) -> Result<(), String> + Send + 'static {
    move |ended| {
        let denied = ended.outcome()?.usage.denied;
        ensure(denied == 1, format!("{denied} refusals were counted"))?;
        ensure(receiver.heads().len() == 1, format!("these arrived: {:?}", receiver.heads()))
    }
}

pub(super) fn not_listed(_: &Arena) -> Vec<Attack> {
    let denied = |what: &str, url: &dyn Fn(u16) -> String, text: &str| {
        let receiver = Receiver::start(ok("hello"));
        let ask = get(&url(receiver.port)).http(vec![private(&receiver.at("here.test"))]);
        request(what, ask, answers("denied", text).also(reached_by_nobody(receiver)))
    };
    let usual = "HttpRequestDenied";
    let reached = {
        let receiver = Receiver::start(ok("hello"));
        let url = format!("http://HERE.test.:{}/path?x=1", receiver.port);
        let ask = get(&url).http(vec![private(&receiver.at("here.test"))]);
        let arrived = move |_: &Ended| {
            let head = receiver.heads().first().cloned().unwrap_or_default().to_lowercase();
            let host = format!("host: here.test:{}\r\n", receiver.port);
            ensure(head.starts_with("get /path?x=1 http/1.1\r\n") && head.contains(&host), format!("it got {head:?}"))
        };
        request("what is listed, with a trailing dot", ask, answers("allowed", "200 hello").also(arrived))
    };
    vec![
        denied("another scheme", &|port| format!("https://here.test:{port}/"), usual),
        denied("another port", &|_| "http://here.test/".to_owned(), usual),
        denied("decimal", &|port| format!("http://2130706433:{port}/"), usual),
        denied("hexadecimal", &|port| format!("http://0x7f000001:{port}/"), usual),
        denied("IPv6", &|port| format!("http://[::1]:{port}/"), usual),
        denied("the address of a listed name", &|port| format!("http://127.0.0.1:{port}/"), usual),
        denied("metadata", &|_| "http://169.254.169.254/latest/meta-data/".to_owned(), usual),
        denied("a listed name as user", &|port| format!("http://here.test:{port}@evil.test/"), usual),
        denied("a user before a listed name", &|port| format!("http://x@here.test:{port}/"), usual),
        denied("a listed name as the beginning", &|port| format!("http://here.test.evil.test:{port}/"), usual),
        denied("file", &|_| "file:///etc/passwd".to_owned(), "authority refused"),
        reached,
        {
            let harmless =
                crate::row::harm(crate::ask::ask("fetch"), answers("denied", "ErrorCode::HttpRequestDenied"));
            Attack { what: "without any grant".to_owned(), ..harmless }
        },
    ]
}

pub(super) fn private_addresses(_: &Arena) -> Vec<Attack> {
    let prohibited = |what: &str, name: &str, grant: &dyn Fn(&str) -> gavia_sandbox::HttpGrant| {
        let receiver = Receiver::start(ok("inside"));
        let ask = get(&receiver.at(name)).http(vec![grant(&receiver.at(name))]);
        request(what, ask, answers("prohibited", "DestinationIpProhibited").also(reached_by_nobody(receiver)))
    };
    let below = |url: &str| private(&url.replace("a.below", "*.below"));
    let rebinding = {
        let receiver = Receiver::start(ok("first"));
        let url = receiver.at("rebinds.test");
        let ask = steps(&[&["http", "GET", &url], &["http", "GET", &url]]).http(vec![private(&url)]);
        let end = answers("prohibited", "200 first\nDestinationIpProhibited").also(reached_once(receiver));
        request("a name that changes", ask, end)
    };
    vec![
        prohibited("this machine", "here.test", &public),
        prohibited("this machine as IPv6", "mapped.test", &public),
        prohibited("one of two addresses", "mixed.test", &public),
        prohibited("metadata", "metadata.test", &public),
        prohibited("metadata, with every right", "metadata.test", &private),
        prohibited("no address, which the system takes for this machine, with every right", "nowhere.test", &private),
        prohibited("the same as IPv6", "nowhere6.test", &private),
        prohibited("a suffix with the right for an exact host", "a.below.test", &below),
        rebinding,
    ]
}

pub(super) fn redirects(_: &Arena) -> Vec<Attack> {
    let moved = "HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/\r\ncontent-length: 0\r\n\r\n";
    let receiver = Receiver::start(Reply::Text(moved.to_owned()));
    let url = receiver.at("here.test");
    let ask = steps(&[&["http", "GET", &url], &["http", "GET", "http://169.254.169.254/"]]).http(vec![private(&url)]);
    let end = answers("302 to the guest", "302 \nHttpRequestDenied").also(reached_once(receiver));
    vec![request("302 to metadata", ask, end)]
}

const CHUNKED: &str = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";

/// One chunk of a chunked body.
fn chunk(bytes: usize) -> Vec<u8> {
    [format!("{bytes:x}\r\n").into_bytes(), vec![b'x'; bytes], b"\r\n".to_vec()].concat()
}

/// A request to a receiver that answers so; it lives as long as the attack.
fn against(what: &str, reply: Reply, ask: impl Fn(&str) -> Ask, end: End) -> Attack {
    let receiver = Receiver::start(reply);
    let url = receiver.at("here.test");
    let ask = ask(&url).http(vec![private(&url)]);
    let alive = move |_: &Ended| {
        drop(receiver);
        Ok(())
    };
    request(what, ask, end.also(alive))
}

pub(super) fn endless(_: &Arena) -> Vec<Attack> {
    let body = Reply::Endless { head: CHUNKED, piece: chunk(60_000), pause: Duration::ZERO };
    let huge = Reply::Text("HTTP/1.1 200 OK\r\ncontent-length: 10737418240\r\n\r\n".to_owned());
    let headers = Reply::Endless {
        head: "HTTP/1.1 200 OK\r\n",
        piece: b"x-more: and more\r\n".repeat(50),
        pause: Duration::ZERO,
    };
    let many = format!("HTTP/1.1 200 OK\r\n{}content-length: 0\r\n\r\n", "x-more: y\r\n".repeat(80));
    let too_many = "HttpResponseHeaderSectionSize(Some(65536))";
    let cut = End::answered("cut").saying("200 after ").saying("HTTP response body size exceeds limit: 1048576 bytes");
    let post = |url: &str| steps(&[&["http", "POST", url, "body=2097152", "length=2097152"]]);
    vec![
        against("a body without end", body, get, cut),
        against("a body of 10 GB", huge, get, answers("refused", "HttpResponseBodySize(Some(1048576))")),
        against("headers without end", headers, get, answers("refused", too_many)),
        against("80 headers", Reply::Text(many), get, answers("refused", too_many)),
        against("2 MiB to send", ok("thanks"), post, answers("refused", "HttpRequestBodySize(Some(1048576))"))
            .memory(8),
    ]
}

pub(super) fn slow(_: &Arena) -> Vec<Attack> {
    let drip = Reply::Endless { head: CHUNKED, piece: chunk(1), pause: Duration::from_millis(30) };
    let impatient = |url: &str| {
        let mut ask = get(url);
        ask.limits.http_time = Duration::from_millis(700);
        ask
    };
    let timed_out = End::answered("timeout").saying("bytes: HTTP response timeout");
    vec![
        against("a byte every 30 ms", drip, impatient, timed_out),
        against("no answer", Reply::Silence, impatient, answers("timeout", "HttpResponseTimeout")),
    ]
}

pub(super) fn headers(_: &Arena) -> Vec<Attack> {
    let names = ["host", "Transfer-Encoding", "connection", "upgrade", "proxy-authorization", "keep-alive", "x-mine"];
    let said = names.map(|name| format!("{name} {}", if name == "x-mine" { "ok" } else { "Forbidden" })).join(", ");
    let words: Vec<&str> = ["fields"].into_iter().chain(names).collect();
    let broken = steps(&[&["http", "GET", "http://here.test/", "x-a: b\r\nhost: evil.test"]])
        .http(vec![private("http://here.test")]);
    let injected = {
        let receiver = Receiver::start(ok("in"));
        let url = receiver.at("here.test");
        let mut grant = private(&url);
        grant.inject = vec![Injection {
            header: "Authorization".to_owned(),
            secret: "token".to_owned(),
            prefix: "Bearer ".to_owned(),
        }];
        let words: [&[&str]; 3] =
            [&["http", "GET", &url, "AUTHORIZATION: mine"], &["secret", "token"], &["http", "GET", &url]];
        let ask = steps(&words).http(vec![grant]);
        let hosts = move |_: &Ended| {
            let heads = receiver.heads();
            let well = heads.len() == 1 && heads[0].contains("authorization: Bearer tok-12345\r\n");
            ensure(well, format!("these arrived: {heads:?}"))
        };
        let lines = "HttpRequestDenied\nDenied: secrets.get needs the grant secrets\n200 in";
        request("a header that the host sets", ask, answers("refused", lines).also(hosts))
    };
    vec![
        request("names", steps(&[&words]), answers("refused", said)),
        request("a line break", broken, answers("refused", "x-a InvalidSyntax")),
        injected,
    ]
}
