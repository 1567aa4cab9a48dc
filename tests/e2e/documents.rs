//! The blocks of Rust in READMEs and guides compile, and the tests among them run.

#[rustfmt::skip]
#[path = "generated/documents.rs"]
mod generated;

/// What blocks of statements take for granted.
mod given {
    pub use baijiayun::Client;
    use baijiayun::callbacks::{Dedupe, Receiver};
    use baijiayun::{Account, Asking, UploadAddresses};

    pub struct Given {
        pub client: Client,
        pub account: Account,
        pub receiver: Receiver,
        pub dedupe: Dedupe,
        pub body: Vec<u8>,
        pub content_type: &'static str,
        pub my_server: MyServer,
    }

    /// A server that gives addresses.
    pub struct MyServer;

    impl UploadAddresses for MyServer {
        fn upload_url(&self) -> Asking<'_, String> {
            Box::pin(async { Err("it is not called".to_owned()) })
        }

        fn resume_upload_url(&self, _: i64) -> Asking<'_, String> {
            Box::pin(async { Err("it is not called".to_owned()) })
        }
    }
}
