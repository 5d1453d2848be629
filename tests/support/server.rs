//! A server of HTTP on this machine, which answers as a test wants and counts what it was asked.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What the server does with a connection on which `METHOD path` was asked for the `count`th time, from 1. Gives whether
/// it goes on to be used.
type Answer = dyn Fn(&mut TcpStream, &str, usize) -> bool + Send + Sync;

/// It ends with the process of the test.
pub(crate) struct Server {
    address: String,
    asked: Arc<Mutex<BTreeMap<String, usize>>>,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub(crate) fn start(answer: impl Fn(&mut TcpStream, &str, usize) -> bool + Send + Sync + 'static) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (asked, heads) = (Arc::default(), Arc::default());
        let server = Server { address, asked, heads };
        let (asked, heads) = (Arc::clone(&server.asked), Arc::clone(&server.heads));
        let answer: Arc<Answer> = Arc::new(answer);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (asked, heads, answer) = (Arc::clone(&asked), Arc::clone(&heads), Arc::clone(&answer));
                std::thread::spawn(move || serve(stream, &asked, &heads, &*answer));
            }
        });
        server
    }

    /// An address on the server.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// How often each `METHOD path` was asked.
    pub(crate) fn asked(&self) -> BTreeMap<String, usize> {
        self.asked.lock().unwrap().clone()
    }

    /// How many requests there were.
    pub(crate) fn count(&self) -> usize {
        self.asked().values().sum()
    }

    /// The headers of all requests.
    pub(crate) fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

fn serve(stream: TcpStream, asked: &Mutex<BTreeMap<String, usize>>, heads: &Mutex<Vec<String>>, answer: &Answer) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut stream = stream;
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            match reader.read_line(&mut head) {
                Ok(0) | Err(_) => return,
                Ok(_) => {}
            }
        }
        let request = head.split(" HTTP/").next().unwrap_or_default().to_owned();
        heads.lock().unwrap().push(head);
        let count = {
            let mut asked = asked.lock().unwrap();
            let count = asked.entry(request.clone()).or_default();
            *count += 1;
            *count
        };
        if !answer(&mut stream, &request, count) {
            return;
        }
    }
}

/// Writes an answer; nobody minds whether it arrives.
pub(crate) fn reply(stream: &mut TcpStream, request: &str, status: u16, headers: &str, body: &str) -> bool {
    let body = if request.starts_with("HEAD ") { "" } else { body };
    let length = body.len();
    // In one piece: several small ones would wait for each other.
    let whole = format!("HTTP/1.1 {status} x\r\nContent-Length: {length}\r\n{headers}\r\n{body}");
    let _ = stream.write_all(whole.as_bytes());
    true
}
