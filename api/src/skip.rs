//! Which members are left out of the JSON: those that have their default.

pub(crate) fn is_false(value: &bool) -> bool {
    !value
}

pub(crate) fn is_true(value: &bool) -> bool {
    *value
}

pub(crate) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// The default of members that are true unless the description says otherwise.
pub(crate) fn yes() -> bool {
    true
}
