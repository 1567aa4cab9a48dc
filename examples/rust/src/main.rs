//! Creates a room, makes a join code and lists what is there.
//!
//! With BAIJIAYUN_DOMAIN, BAIJIAYUN_PARTNER_ID and BAIJIAYUN_PARTNER_KEY set
//! it calls that account; without them it starts the mock service.

use std::env;
use std::time::{SystemTime, UNIX_EPOCH};

use baijiayun::{Client, ErrorKind};
use baijiayun_mock::MockService;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let account = (env::var("BAIJIAYUN_DOMAIN"), env::var("BAIJIAYUN_PARTNER_ID"), env::var("BAIJIAYUN_PARTNER_KEY"));
    match account {
        (Ok(domain), Ok(partner_id), Ok(key)) => course(&Client::new(&domain, partner_id, key)?).await,
        _ => {
            let mock = MockService::start().await?;
            course(&Client::new(mock.url(), mock.partner_id(), mock.partner_key())?).await
        }
    }
}

async fn course(client: &Client) -> Result<(), Box<dyn std::error::Error>> {
    let start = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs())? + 3600;

    let room = client.room().create("高一数学 第一课", start, start + 3600).max_users(100).await?;
    println!("room {}: teacher code {}", room.room_id, room.teacher_code);

    let code = client.room().create_code(room.room_id, "10001").await?;
    println!("join code of student 10001: {}", code.student_code);

    for room in &client.room().list().limit(10).await?.list {
        println!("{} {}", room.room_id, room.title);
    }

    // Errors say what is wrong and what to do.
    match client.room().info(1).await {
        Err(error) if error.kind() == ErrorKind::RoomNotFound => println!("as expected: {error}"),
        other => println!("unexpected: {other:?}"),
    }
    Ok(())
}
