//! What a mock has that listens on a port.

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
