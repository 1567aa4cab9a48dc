//! Where a value stands in the data, for what is reported of it.

/// Keys are cut to this many bytes in paths, so that a report stays small.
const MAX_KEY_IN_PATH: usize = 64;

/// Where a value stands. It is kept on the stack, step by step: hardly any path is ever asked for.
pub(super) struct At<'p> {
    pub step: Step<'p>,
    pub depth: u16,
}

pub(super) enum Step<'p> {
    Root,
    Key(&'p At<'p>, &'p [u8]),
    Index(&'p At<'p>, usize),
}

impl At<'_> {
    /// For example `list[3].user_number`.
    pub fn path(&self) -> String {
        match self.step {
            Step::Root => String::new(),
            Step::Key(parent, key) => {
                let mut path = parent.path();
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(&String::from_utf8_lossy(key.get(..MAX_KEY_IN_PATH).unwrap_or(key)));
                path
            }
            Step::Index(parent, index) => format!("{}[{index}]", parent.path()),
        }
    }
}
