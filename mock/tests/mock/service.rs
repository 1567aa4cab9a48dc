//! What a mock has that listens on a port.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::mpsc;

use baijiayun::{Client, ErrorKind};
use baijiayun_mock::{Builder, MockService};

use crate::on_a_port::World;

#[tokio::test]
async fn it_can_be_stopped() {
    let World { mock, client } = World::new().await;
    client.room().list().await.unwrap();
    mock.stop().await;
    assert_eq!(client.room().list().await.unwrap_err().kind(), ErrorKind::Connect);
}

#[tokio::test]
async fn a_dropped_mock_stops() {
    let World { mock, client } = World::new().await;
    client.room().list().await.unwrap();
    drop(mock);
    let stopped = async {
        while client.room().list().await.is_ok() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(10), stopped).await.unwrap();
}

#[tokio::test]
async fn debug_output_has_no_key() {
    let builder = Builder::default().partner_key("geheim");
    let mock = builder.clone().build();
    let service = builder.clone().start().await.unwrap();
    assert!(!format!("{service:?} {mock:?} {builder:?}").contains("geheim"));
}

#[tokio::test]
async fn a_client_needs_its_address_only() {
    let mock = MockService::start().await.unwrap();
    let client = Client::new(mock.url(), mock.partner_id(), mock.partner_key()).unwrap();
    client.room().list().await.unwrap();
}

/// A server that keeps its connections, and tells of each that it is there.
fn keeping_connections() -> (String, mpsc::Receiver<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let (sender, connections) = mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            if sender.send(()).is_err() {
                return;
            }
            std::thread::spawn(move || {
                let mut reader = BufReader::new(stream);
                let (mut line, mut length) = (String::new(), 0);
                while reader.read_line(&mut line).is_ok_and(|bytes| bytes > 0) {
                    if let Some((name, value)) = line.split_once(':')
                        && name.eq_ignore_ascii_case("content-length")
                    {
                        length = value.trim().parse().unwrap();
                    }
                    if line == "\r\n" {
                        reader.by_ref().take(length).read_to_end(&mut Vec::new()).unwrap();
                        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n{\"code\":0}";
                        reader.get_mut().write_all(answer).unwrap();
                    }
                    line.clear();
                }
            });
        }
    });
    (url, connections)
}

#[tokio::test]
async fn each_callback_has_a_connection_of_its_own() {
    let world = World::new().await;
    let (url, connections) = keeping_connections();
    world.call("live_account.set_class_callback_url", serde_json::json!({ "url": url })).await.unwrap();
    for _ in 0..3 {
        world.mock.post_callback("class_event", [("op", "start")]).await.unwrap();
    }
    let callbacks = world.mock.callbacks();
    assert!(callbacks.iter().all(|posted| matches!(&posted.outcome, Some(Ok(answer)) if answer.is_success())));
    assert_eq!((callbacks.len(), connections.try_iter().count()), (3, 3));
}
