//! What can be said about limits: how they are kept, and who goes first.

/// How calls are held back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuotaSettings {
    /// The account's limit over all operations: so many requests
    pub requests: u32,
    /// in so many seconds. The documents say 200 in 10 s. 0 requests: no limit.
    pub seconds: u32,
    /// Whether the limits of single operations are kept as well.
    pub operations: bool,
    /// Whether the host has a store that several processes share (see [`QUOTA_SCRIPT`](super::QUOTA_SCRIPT)).
    pub store: bool,
    /// What the keys in the store begin with.
    pub prefix: String,
    /// The name by which several accounts share the limit over all operations:
    /// the vendor's page of 2026 counts 200 requests in 10 s per account and
    /// per server address. It joins those that have the same [`Limiter`](super::Limiter), or the same store.
    pub shared_as: Option<String>,
}

impl QuotaSettings {
    /// No limits: for tests, or where something else keeps them.
    pub fn unlimited() -> QuotaSettings {
        QuotaSettings { requests: 0, operations: false, ..QuotaSettings::default() }
    }
}

impl Default for QuotaSettings {
    /// The documented limits, kept by this process alone.
    fn default() -> QuotaSettings {
        QuotaSettings {
            requests: 200,
            seconds: 10,
            operations: true,
            store: false,
            prefix: "baijiayun".to_owned(),
            shared_as: None,
        }
    }
}

/// Who goes first where a limit makes calls wait.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Priority {
    /// Before all others that wait: for what a person is waiting for.
    High,
    /// In order.
    #[default]
    Normal,
    /// After all others, and never with the last fifth of a limit: for a
    /// nightly job, so that others need not wait for it.
    Low,
}
