//! Values that have names, a few of each: found by one, or listed.

use std::fmt;

/// The value called `text`.
///
/// # Errors
/// All names there are.
pub(crate) fn find<T: Copy>(text: &str, all: &[T], name_of: impl Fn(T) -> &'static str) -> Result<T, Unnamed> {
    let found = all.iter().copied().find(|value| name_of(*value) == text);
    found.ok_or_else(|| Unnamed {
        names: all.iter().copied().map(name_of).collect(),
    })
}

/// No value has the name. Shown as a sentence that lists those which one has.
#[derive(Debug)]
pub(crate) struct Unnamed {
    pub(crate) names: Vec<&'static str>,
}

impl fmt::Display for Unnamed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Must be one of {}.", self.names.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_by_its_name_or_all_names_are_told() {
        let name_of = |flag| if flag { "true" } else { "false" };
        assert!(find("true", &[true, false], name_of).unwrap());
        let unnamed = find("yes", &[true, false], name_of).unwrap_err();
        assert_eq!(unnamed.to_string(), "Must be one of true, false.");
    }
}
