//! What is asked of a store that several processes share.

/// What to ask the store: the arguments of a script that Redis or Valkey evaluates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreQuestion {
    /// The keys. If there are several they share a hash tag, so that a cluster keeps them together.
    pub keys: Vec<String>,
    /// Whole numbers, as the script says.
    pub args: Vec<i64>,
}
