//! What searches look in: the texts of a resource with their case folded, a line each.

use crate::value::fold;

/// Of a user; there is always the id.
pub(crate) fn text_of_user(id: &str, full_name: Option<&str>, email: Option<&str>) -> String {
    text_of(&[Some(id), full_name, email]).unwrap_or_default()
}

/// Of a transaction; `None` where there is no text.
pub(crate) fn text_of_transaction(
    description: Option<&str>,
    reference: Option<&str>,
    category: Option<&str>,
) -> Option<String> {
    text_of(&[description, reference, category])
}

fn text_of(parts: &[Option<&str>]) -> Option<String> {
    let parts: Vec<String> = parts.iter().flatten().map(|part| fold(part)).collect();
    (!parts.is_empty()).then(|| parts.join("\n"))
}
