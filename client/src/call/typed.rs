//! What the typed calls are made of.

/// What all typed calls have in common.
macro_rules! typed_call {
    ($name:ident => $data:ty) => {
        impl<M> $name<M> {
            /// Sends a parameter that the description lacks.
            pub fn extra(self, name: impl Into<String>, value: impl Into<baijiayun_core::Value>) -> Self {
                Self(self.0.extra(name, value))
            }

            /// Waits this long for the answer to each attempt instead of the client's timeout.
            pub fn timeout(self, timeout: std::time::Duration) -> Self {
                Self(self.0.timeout(timeout))
            }

            /// Gives up after this long in all, with every wait and attempt.
            pub fn deadline(self, deadline: std::time::Duration) -> Self {
                Self(self.0.deadline(deadline))
            }

            /// Refuses an answer of more bytes than this, decoded, instead of the client's limit.
            pub fn max_answer(self, bytes: u64) -> Self {
                Self(self.0.max_answer(bytes))
            }

            /// Sends it at most so often.
            pub fn attempts(self, attempts: u32) -> Self {
                Self(self.0.attempts(attempts))
            }

            /// Says which failures are tried again.
            pub fn retry(self, retry: crate::Retry) -> Self {
                Self(self.0.retry(retry))
            }

            /// Whether the call fails where the answer departs from the documents, instead of the client's setting.
            pub fn strict(self, strict: bool) -> Self {
                Self(self.0.strict(strict))
            }

            /// Says who goes first where a limit makes calls wait.
            pub fn priority(self, priority: crate::Priority) -> Self {
                Self(self.0.priority(priority))
            }

            /// The request as it would be sent at that unix time, without sending it.
            ///
            /// # Errors
            /// [`InvalidParameters`](baijiayun_core::ErrorKind::InvalidParameters) with all faults.
            pub fn request(&self, timestamp: i64) -> Result<baijiayun_core::Request, baijiayun_core::Error> {
                self.0.request(timestamp)
            }
        }

        impl<M> From<$name<M>> for crate::Call<M> {
            /// The same call by name, whose answer is JSON.
            fn from(call: $name<M>) -> crate::Call<M> {
                call.0
            }
        }

        impl $name {
            /// Sends the call, as `.await` does. The future is the call's own, as `tokio::spawn` and `join_all` want it.
            ///
            /// # Errors
            /// See [`ErrorKind`](baijiayun_core::ErrorKind).
            pub async fn send(self) -> Result<crate::Response<$data>, baijiayun_core::Error> {
                self.0.send_as().await
            }
        }

        #[cfg(feature = "blocking")]
        impl $name<crate::Blocking> {
            /// Sends the call and waits for the answer.
            ///
            /// # Errors
            /// See [`ErrorKind`](baijiayun_core::ErrorKind).
            pub fn send(self) -> Result<crate::Response<$data>, baijiayun_core::Error> {
                self.0.send_as()
            }
        }

        impl std::future::IntoFuture for $name {
            type Output = Result<crate::Response<$data>, baijiayun_core::Error>;
            type IntoFuture = std::pin::Pin<Box<dyn std::future::Future<Output = Self::Output> + Send>>;

            fn into_future(self) -> Self::IntoFuture {
                Box::pin(self.0.send_as())
            }
        }
    };
}

pub(crate) use typed_call;
