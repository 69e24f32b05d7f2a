//! A gateway that keeps what it knows on a disk, and callers that talk to it over
//! bare sockets.

use std::io::{self, BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;

use bytes::Bytes;
use countersign::clock::{Clock, SystemClock};
use http::Request;

use crate::program::{PROGRAM, Serving};
use crate::running::{ACCOUNT, REGION, ROOT_ID, ROOT_KEY, ROOT_SECRET};
use crate::signer::{Signer, encoded};

const SETTINGS: [&str; 2] = ["--account", ACCOUNT];

/// A running gateway; it is killed, not stopped, where the test does not stop it.
pub(crate) struct Stored(Serving);

impl Stored {
    /// Starts a gateway on what is kept in `data`, which may not be there yet.
    pub(crate) fn start(data: &Path) -> Self {
        Self(Serving::in_dir(data, &SETTINGS, &ROOT_KEY))
    }

    /// Starts a gateway whose files may not become longer than some hundred
    /// kilobytes.
    pub(crate) fn start_cramped(data: &Path) -> Self {
        let mut shell = Command::new("sh");
        shell.args(["-c", r#"trap "" XFSZ; ulimit -S -f 400; exec "$0" "$@""#, PROGRAM]);
        Self(Serving::in_dir_by(shell, data, (&SETTINGS, &ROOT_KEY)))
    }

    /// Lets the files of a cramped gateway become as long as they like.
    pub(crate) fn uncramp(&self) -> bool {
        let id = self.0.id().to_string();
        let freed = Command::new("prlimit").args(["--pid", &id, "--fsize=unlimited"]).status();
        freed.is_ok_and(|status| status.success())
    }

    /// Ends the gateway as a power cut would, as far as it can tell.
    pub(crate) fn kill(&mut self) {
        self.0.stop("KILL");
    }

    /// A caller with the key of the account's root.
    pub(crate) fn root(&self) -> Caller {
        self.caller(ROOT_ID, ROOT_SECRET)
    }

    pub(crate) fn caller(&self, id: &str, secret: &str) -> Caller {
        let address = self.0.address();
        Caller { address, id: id.to_owned(), secret: secret.to_owned(), connection: None }
    }
}

/// Somebody with an access key, and a connection that is kept.
pub(crate) struct Caller {
    address: String,
    id: String,
    secret: String,
    connection: Option<BufReader<TcpStream>>,
}

/// What the gateway answered.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) status: u16,
    body: String,
}

impl Caller {
    /// Asks IAM; fails where there is no answer.
    pub(crate) fn asks(&mut self, action: &str, fields: &[(&str, &str)]) -> io::Result<Answered> {
        self.send(("iam", "2010-05-08"), action, fields)
    }

    /// Whether the key signs, as STS tells; fails where there is no answer.
    pub(crate) fn signs(&mut self) -> io::Result<bool> {
        let answered = self.send(("sts", "2011-06-15"), "GetCallerIdentity", &[])?;
        if answered.status == 200 {
            return Ok(true);
        }
        assert_eq!(answered.code(), Some("InvalidClientTokenId"), "{answered:?}");
        Ok(false)
    }

    fn send(
        &mut self,
        (service, version): (&str, &str),
        action: &str,
        fields: &[(&str, &str)],
    ) -> io::Result<Answered> {
        let mut body = format!("Action={action}&Version={version}");
        for (name, value) in fields {
            body.extend(["&", name, "=", &encoded(value.as_bytes(), false)]);
        }
        let request = Request::post(format!("http://{}/", self.address))
            .header("content-type", "application/x-www-form-urlencoded")
            .header("content-length", body.len())
            .body(Bytes::from(body))
            .unwrap();
        let signer = Signer::new(&self.id, &self.secret).region(REGION).service(service);
        let request = signer.at(SystemClock::start().now()).sign(request);
        self.exchange(&request)
    }

    fn exchange(&mut self, request: &Request<Bytes>) -> io::Result<Answered> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => BufReader::new(TcpStream::connect(&self.address)?),
        };
        let mut head = b"POST / HTTP/1.1\r\n".to_vec();
        for (name, value) in request.headers() {
            head.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
        }
        connection.get_mut().write_all(&[&head, &b"\r\n"[..], request.body()].concat())?;
        let answered = read(&mut connection)?;
        self.connection = Some(connection);
        Ok(answered)
    }
}

impl Answered {
    /// What stands in the first element of that name.
    pub(crate) fn text(&self, element: &str) -> Option<&str> {
        self.all(element).next()
    }

    /// What stands in each element of that name.
    pub(crate) fn all(&self, element: &str) -> impl Iterator<Item = &str> {
        let (open, close) = (format!("<{element}>"), format!("</{element}>"));
        let pieces: Vec<_> = self.body.split(&open).skip(1).collect();
        pieces.into_iter().map(move |piece| piece.split(&close).next().unwrap())
    }

    pub(crate) fn code(&self) -> Option<&str> {
        self.text("Code")
    }
}

fn read(connection: &mut impl BufRead) -> io::Result<Answered> {
    let status = line(connection)?;
    let mut length = 0;
    loop {
        let header = line(connection)?.to_ascii_lowercase();
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if header.is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    connection.read_exact(&mut body)?;
    Ok(Answered { status: status[9..12].parse().unwrap(), body: String::from_utf8(body).unwrap() })
}

fn line(connection: &mut impl BufRead) -> io::Result<String> {
    let mut line = String::new();
    connection.read_line(&mut line)?;
    match line.strip_suffix("\r\n") {
        Some(line) => Ok(line.to_owned()),
        None => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}
