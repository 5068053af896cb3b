//! One HTTP request from words: `METHOD URL`, then any of `NAME: VALUE` (a header), `body=BYTES`, `length=BYTES` (what the header says),
//! `hold` (keep the answer unread), `wait=MS` (for the first byte).

use wasip2::{
    http::{
        outgoing_handler,
        types::{ErrorCode, Fields, IncomingResponse, Method, OutgoingBody, OutgoingRequest, RequestOptions, Scheme, http_error_code},
    },
    io::streams::StreamError,
};

/// What the engine says to headers with these names.
pub(crate) fn set_fields(names: &[&str]) -> String {
    let fields = Fields::new();
    let said = names.iter().map(|name| match fields.set(name, &[b"x".to_vec()]) {
        Ok(()) => format!("{name} ok"),
        Err(error) => format!("{name} {error:?}").replace("HeaderError::", ""),
    });
    said.collect::<Vec<_>>().join(", ")
}

pub(crate) fn fetch(words: &[&str], held: &mut Vec<IncomingResponse>) -> String {
    match attempt(words, held) {
        Ok(answer) => answer,
        Err(error) => error,
    }
}

fn attempt(words: &[&str], held: &mut Vec<IncomingResponse>) -> Result<String, String> {
    let [method, url, more @ ..] = words else { return Err("no url".to_owned()) };
    let option = |name: &str| more.iter().find_map(|word| word.strip_prefix(name)).map(|text| text.parse::<u64>().expect("a number"));
    let fields = Fields::new();
    for word in more {
        if let Some((name, value)) = word.split_once(": ") {
            fields.append(name, value.as_bytes()).map_err(|error| format!("{name} {error:?}").replace("HeaderError::", ""))?;
        }
    }
    if let Some(length) = option("length=") {
        fields.append("content-length", length.to_string().as_bytes()).map_err(|error| format!("{error:?}"))?;
    }
    let request = OutgoingRequest::new(fields);
    place(&request, method, url)?;
    let options = RequestOptions::new();
    if let Some(wait) = option("wait=") {
        options.set_first_byte_timeout(Some(wait * 1_000_000)).map_err(|()| "no options")?;
    }
    let bytes = option("body=");
    let body = bytes.map(|_| request.body().map_err(|()| "no body")).transpose()?;
    let answer = outgoing_handler::handle(request, Some(options)).map_err(code)?;
    let sent = body.zip(bytes).map_or(Ok(()), |(body, bytes)| send(body, bytes));
    answer.subscribe().block();
    let response = match answer.get() {
        Some(Ok(Ok(response))) => response,
        Some(Ok(Err(error))) => return Err(code(error)),
        _ => return Err("no answer".to_owned()),
    };
    sent?;
    let status = response.status();
    if more.contains(&"hold") {
        held.push(response);
        return Ok(format!("{status} held"));
    }
    read(&response).map(|text| format!("{status} {text}"))
}

fn place(request: &OutgoingRequest, method: &str, url: &str) -> Result<(), String> {
    let (scheme, rest) = url.split_once("://").ok_or("no scheme")?;
    let (authority, path) = rest.find('/').map_or((rest, "/"), |slash| rest.split_at(slash));
    let scheme = match scheme {
        "http" => Scheme::Http,
        "https" => Scheme::Https,
        other => Scheme::Other(other.to_owned()),
    };
    let method = match method {
        "GET" => Method::Get,
        "POST" => Method::Post,
        "CONNECT" => Method::Connect,
        "TRACE" => Method::Trace,
        other => Method::Other(other.to_owned()),
    };
    request.set_method(&method).map_err(|()| "method refused")?;
    request.set_scheme(Some(&scheme)).map_err(|()| "scheme refused")?;
    request.set_authority(Some(authority)).map_err(|()| "authority refused")?;
    request.set_path_with_query(Some(path)).map_err(|()| "path refused")?;
    Ok(())
}

fn send(body: OutgoingBody, bytes: u64) -> Result<(), String> {
    let stream = body.write().map_err(|()| "no stream")?;
    let mut left = usize::try_from(bytes).expect("it fits");
    while left > 0 {
        let piece = left.min(4_096);
        if let Err(error) = stream.blocking_write_and_flush(&vec![b'x'; piece]) {
            return Err(format!("write {}", broken(error)));
        }
        left -= piece;
    }
    drop(stream);
    OutgoingBody::finish(body, None).map_err(code)
}

fn read(response: &IncomingResponse) -> Result<String, String> {
    let body = response.consume().map_err(|()| "consumed")?;
    let stream = body.stream().map_err(|()| "no stream")?;
    let (mut text, mut bytes) = (Vec::new(), 0);
    loop {
        match stream.blocking_read(64 << 10) {
            Ok(piece) => {
                bytes += piece.len();
                text.extend_from_slice(&piece[..piece.len().min(400 - text.len().min(400))]);
            }
            Err(StreamError::Closed) => break,
            Err(error) => return Err(format!("{} after {bytes} bytes: {}", response.status(), broken(error))),
        }
    }
    Ok(if bytes > 400 { format!("{bytes} bytes") } else { String::from_utf8_lossy(&text).into_owned() })
}

fn broken(error: StreamError) -> String {
    match error {
        StreamError::Closed => "closed".to_owned(),
        StreamError::LastOperationFailed(error) => http_error_code(&error).map_or_else(|| error.to_debug_string(), code),
    }
}

fn code(error: ErrorCode) -> String {
    format!("{error:?}").replace("ErrorCode::", "")
}
