//! Receives callbacks on port 8080 with axum.
//!
//! BAIJIAYUN_PARTNER_KEY is the account's key. While you change keys,
//! BAIJIAYUN_OLD_PARTNER_KEY is taken as well. With `--demo` the mock service
//! posts one callback of each kind, the last one twice.

mod inbox;

use std::env;
use std::error::Error;

use baijiayun::Client;
use baijiayun::callbacks::{Dedupe, Event, Receiver};
use baijiayun_mock::MockService;
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use inbox::{Inbox, router};

/// Events that wait for their work; more are refused, and come again.
const WAITING: usize = 1024;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    if env::args().any(|argument| argument == "--demo") {
        return demo().await;
    }
    let mut receiver = Receiver::new(env::var("BAIJIAYUN_PARTNER_KEY")?);
    if let Ok(old) = env::var("BAIJIAYUN_OLD_PARTNER_KEY") {
        receiver = receiver.also(old);
    }
    let (work, mut events) = mpsc::channel(WAITING);
    let listener = TcpListener::bind("0.0.0.0:8080").await?;
    println!("listening on http://{}/callbacks", listener.local_addr()?);
    tokio::spawn(async move {
        while let Some(event) = events.recv().await {
            println!("{}", describe(&event));
        }
    });
    axum::serve(listener, router(Inbox { receiver, dedupe: Dedupe::new(), work })).await?;
    Ok(())
}

/// Here your own work begins.
fn describe(event: &Event) -> String {
    match event {
        Event::ClassEvent(class) => format!("room {}: {:?} at {:?}", class.room_id, class.op, class.op_time),
        Event::UserInOut(users) => format!("room {}: {} came or went", users.room_id, users.user_events.len()),
        Event::ChatMessages(chat) => {
            let messages = chat.chat_message.iter().map(|message| message.content.as_str());
            format!("room {}: {}", chat.room_id, messages.collect::<Vec<_>>().join(" / "))
        }
        Event::MuteSignal(mute) => {
            let muted = mute.data.iter().map(|signal| signal.target_user.user_name.as_str());
            format!("room {}: muted {}", mute.room_id, muted.collect::<Vec<_>>().join(", "))
        }
        Event::PlaybackGenerated(playback) => format!("room {}: playback {:?}", playback.room_id, playback.status),
        Event::TranscodeCallback(video) => format!("video {}: {:?}", video.video_id, video.status),
        Event::Unknown(fields) => format!("not in the documents: {:?}", fields.keys().collect::<Vec<_>>()),
        other => format!("{other:?}"),
    }
}

async fn demo() -> Result<(), Box<dyn Error>> {
    let mock = MockService::start().await?;
    let (work, mut events) = mpsc::channel(WAITING);
    let receiver = Receiver::new(mock.partner_key());
    serve_to(&mock, Inbox { receiver, dedupe: Dedupe::new(), work }).await?;
    for callback in baijiayun::core::callbacks::all() {
        let answer = mock.post_callback(callback.name, [("qid", callback.name)]).await?;
        println!("{}: {} {}", callback.name, answer.status, answer.body);
        println!("  {}", events.try_recv().map_or("nothing".to_owned(), |event| describe(&event)));
    }
    let answer = mock.post_callback("transcode_callback", [("qid", "transcode_callback")]).await?;
    println!("transcode_callback again: {} {}", answer.status, answer.body);
    println!("  {}", events.try_recv().map_or("nothing".to_owned(), |event| describe(&event)));
    Ok(())
}

/// Opens the inbox, and has the service post there.
async fn serve_to(mock: &MockService, inbox: Inbox) -> Result<String, Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/callbacks", listener.local_addr()?);
    tokio::spawn(async move { axum::serve(listener, router(inbox)).await });
    let client = Client::new(mock.url(), mock.partner_id(), mock.partner_key())?;
    client.live_account().set_class_callback_url(url.as_str()).await?;
    client.video_account().set_transcode_callback_url(url.as_str()).await?;
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;
    use baijiayun::callbacks::SUCCESS;

    async fn posting(key: &str) -> (MockService, mpsc::Receiver<Event>) {
        let mock = MockService::start().await.expect("the mock starts");
        let (work, events) = mpsc::channel(1);
        let key = if key.is_empty() { mock.partner_key() } else { key.to_owned() };
        let receiver = Receiver::new(key);
        serve_to(&mock, Inbox { receiver, dedupe: Dedupe::new(), work }).await.expect("the inbox opens");
        (mock, events)
    }

    async fn post(mock: &MockService, name: &str, qid: &str) -> (u16, String) {
        let answer = mock.post_callback(name, [("qid", qid)]).await.expect("it is delivered");
        (answer.status, answer.body)
    }

    #[tokio::test]
    async fn every_callback_arrives_once_as_its_event() {
        let (mock, mut events) = posting("").await;
        for callback in baijiayun::core::callbacks::all() {
            for _ in 0..2 {
                assert_eq!(post(&mock, callback.name, callback.name).await, (200, SUCCESS.to_owned()));
            }
            let event = events.try_recv().expect("an event");
            assert!(!matches!(event, Event::Unknown(_)), "{event:?}");
            assert!(events.try_recv().is_err(), "the repetition was not taken");
        }
    }

    #[tokio::test]
    async fn what_could_not_be_taken_is_taken_when_it_comes_again() {
        let (mock, mut events) = posting("").await;
        assert_eq!(post(&mock, "class_event", "1").await.1, SUCCESS);
        let (status, body) = post(&mock, "class_event", "2").await;
        assert_eq!((status, body.as_str()), (200, r#"{"code":1,"msg":"busy, post it again"}"#));
        assert!(matches!(events.try_recv(), Ok(Event::ClassEvent(_))));
        assert_eq!(post(&mock, "class_event", "2").await.1, SUCCESS);
        assert!(matches!(events.try_recv(), Ok(Event::ClassEvent(_))));
    }

    #[tokio::test]
    async fn another_accounts_callbacks_are_refused() {
        let (mock, mut events) = posting("another key").await;
        let (status, body) = post(&mock, "class_event", "1").await;
        assert_eq!((status, body.as_str()), (401, r#"{"code":1,"msg":"not signed by this account"}"#));
        assert!(events.try_recv().is_err());
    }
}
