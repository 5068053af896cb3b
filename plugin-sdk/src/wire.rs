//! A request over `wasi:http`: the component's only way out. The engine resolves, judges, connects and counts.

use wasip2::{
    http::{
        outgoing_handler,
        types::{ErrorCode, Fields, IncomingResponse, OutgoingBody, OutgoingRequest, Scheme},
    },
    io::streams::StreamError,
};

use crate::{Error, ErrorKind, Method, Response, http::RequestParts};

/// A larger answer is refused here too, whatever the engine allows.
const RESPONSE_BYTES_MAX: usize = 1 << 20;

/// What one write to a stream may hold.
const WRITE_BYTES: usize = 4 << 10;

pub(crate) fn send(request: &RequestParts) -> Result<Response, Error> {
    let origin = request.origin();
    let trouble = |code: ErrorCode| explain(origin, &code);
    let outgoing = outgoing(request)?;
    let body = outgoing.body().map_err(|()| broken(origin))?;
    let answer = outgoing_handler::handle(outgoing, None).map_err(trouble)?;
    write(body, &request.body);
    answer.subscribe().block();
    // ready, and taken for the first time
    let response = match answer.get() {
        Some(Ok(response)) => response.map_err(trouble)?,
        _ => return Err(broken(origin)),
    };
    let status = response.status();
    let headers = response.headers().entries().into_iter();
    let headers = headers.map(|(name, value)| (name, String::from_utf8_lossy(&value).into_owned())).collect();
    let body = read(&response, origin)?;
    Ok(Response { origin: origin.to_owned(), status, headers, body })
}

fn outgoing(request: &RequestParts) -> Result<OutgoingRequest, Error> {
    let fields = Fields::new();
    for (name, value) in &request.headers {
        let added = fields.append(name, value.as_bytes());
        added.map_err(|error| Error::permanent(format!("the header {name} cannot be sent: {error:?}")))?;
    }
    let length = request.body.len().to_string();
    if !request.body.is_empty() {
        // A host that forbids it sends the body in pieces instead.
        let _ = fields.append("content-length", length.as_bytes());
    }
    let origin = request.origin();
    let (scheme, authority) = match origin.split_once("://") {
        Some(("https", authority)) => (Scheme::Https, authority),
        Some(("http", authority)) => (Scheme::Http, authority),
        _ => return Err(Error::permanent(format!("{origin} is no URL that starts with https:// or http://"))),
    };
    let outgoing = OutgoingRequest::new(fields);
    let set = outgoing.set_method(&method(request.method));
    let set = set.and_then(|()| outgoing.set_scheme(Some(&scheme)));
    let set = set.and_then(|()| outgoing.set_authority(Some(authority)));
    let set = set.and_then(|()| outgoing.set_path_with_query(Some(&request.path())));
    set.map_err(|()| Error::permanent(format!("the URL of a request to {origin} is not one")))?;
    Ok(outgoing)
}

fn method(method: Method) -> wasip2::http::types::Method {
    use wasip2::http::types::Method as Wire;
    match method {
        Method::Get => Wire::Get,
        Method::Head => Wire::Head,
        Method::Post => Wire::Post,
        Method::Put => Wire::Put,
        Method::Patch => Wire::Patch,
        Method::Delete => Wire::Delete,
        Method::Options => Wire::Options,
    }
}

/// What goes wrong here is told by the answer, which then knows better: that the request was refused, or that the other side did not
/// want the rest.
fn write(body: OutgoingBody, bytes: &[u8]) {
    let Ok(stream) = body.write() else { return };
    let whole = bytes.chunks(WRITE_BYTES).all(|piece| stream.blocking_write_and_flush(piece).is_ok());
    drop(stream);
    if whole {
        drop(OutgoingBody::finish(body, None));
    }
}

fn read(response: &IncomingResponse, origin: &str) -> Result<Vec<u8>, Error> {
    let body = response.consume().map_err(|()| broken(origin))?;
    let stream = body.stream().map_err(|()| broken(origin))?;
    let mut bytes = Vec::new();
    loop {
        match stream.blocking_read(64 << 10) {
            Ok(piece) => bytes.extend(piece),
            Err(StreamError::Closed) => return Ok(bytes),
            Err(StreamError::LastOperationFailed(error)) => {
                return Err(failed(origin, wasip2::http::types::http_error_code(&error)));
            }
        }
        if bytes.len() > RESPONSE_BYTES_MAX {
            return Err(Error::permanent(format!("{origin} answered with more than {RESPONSE_BYTES_MAX} bytes")));
        }
    }
}

fn failed(origin: &str, code: Option<ErrorCode>) -> Error {
    let cut = || Error::retryable(format!("{origin} broke its answer off"));
    code.map_or_else(cut, |code| explain(origin, &code))
}

fn broken(origin: &str) -> Error {
    Error::permanent(format!("the engine took no request to {origin}"))
}

/// What a code of the engine's means for the run.
fn explain(origin: &str, code: &ErrorCode) -> Error {
    match code {
        ErrorCode::HttpRequestDenied => {
            Error::new(ErrorKind::Denied, format!("the grant http does not cover this request to {origin}"))
        }
        ErrorCode::DestinationIpProhibited => {
            Error::new(ErrorKind::Denied, format!("{origin} is at an address that the grant http does not cover"))
        }
        ErrorCode::ConnectionLimitReached => {
            Error::new(ErrorKind::Exhausted, "this run may send no more requests".to_owned())
        }
        ErrorCode::HttpRequestBodySize(_)
        | ErrorCode::HttpRequestMethodInvalid
        | ErrorCode::HttpRequestUriInvalid
        | ErrorCode::HttpRequestUriTooLong
        | ErrorCode::HttpRequestHeaderSectionSize(_)
        | ErrorCode::HttpRequestHeaderSize(_)
        | ErrorCode::HttpResponseHeaderSectionSize(_)
        | ErrorCode::HttpResponseHeaderSize(_)
        | ErrorCode::HttpResponseBodySize(_)
        | ErrorCode::HttpProtocolError
        | ErrorCode::TlsCertificateError
        | ErrorCode::LoopDetected
        | ErrorCode::ConfigurationError => Error::permanent(format!("{origin}: {code:?}")),
        _ => Error::retryable(format!("{origin}: {code:?}")),
    }
}
