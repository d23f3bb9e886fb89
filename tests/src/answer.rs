//! One answer of the server, and what every answer must be.

use reqwest::header::HeaderMap;
use serde_json::Value;
use uuid::Uuid;

/// What the server answered.
#[derive(Clone, Debug)]
#[must_use = "an answer proves nothing until its status is looked at"]
pub struct Answer {
    /// The request, as a failed assertion names it.
    pub request: String,
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as JSON; null where there is none or it is something else.
    pub body: Value,
    /// The body as it came.
    pub text: String,
    /// Whether a user's token asked.
    pub(crate) is_of_user: bool,
}

impl Answer {
    /// The answer itself, having this status.
    ///
    /// # Panics
    ///
    /// Where the status is another.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(
            self.status, status,
            "{} was answered {}: {}",
            self.request, self.status, self.text
        );
        self
    }

    /// The answer itself, being this problem in the whole shape of RFC 9457 and of the contract.
    ///
    /// # Panics
    ///
    /// Where it is another answer, or its shape is not the contract's.
    #[track_caller]
    pub fn problem(self, code: &str, status: u16) -> Self {
        let answer = self.expect(status);
        answer.assert_problem_shape();
        assert_eq!(
            answer.body["code"], code,
            "{} was answered {}",
            answer.request, answer.text
        );
        answer
    }

    /// The answer itself, being `validation_failed` with exactly these fields and codes, in any order.
    ///
    /// # Panics
    ///
    /// Where it is another answer.
    #[track_caller]
    pub fn invalid(self, expected: &[(&str, &str)]) -> Self {
        let answer = self.problem("validation_failed", 422);
        let mut expected: Vec<(&str, &str)> = expected.to_vec();
        let mut found: Vec<(&str, &str)> = answer
            .errors()
            .iter()
            .map(|error| (text(error, "field"), text(error, "code")))
            .collect();
        expected.sort_unstable();
        found.sort_unstable();
        assert_eq!(found, expected, "{} was answered {}", answer.request, answer.text);
        answer
    }

    /// The answer itself, being `validation_failed` with exactly these fields, for a reason that the contract leaves
    /// open.
    ///
    /// # Panics
    ///
    /// Where it is another answer.
    #[track_caller]
    pub fn invalid_fields(self, expected: &[&str]) -> Self {
        let answer = self.problem("validation_failed", 422);
        let mut expected = expected.to_vec();
        let mut found: Vec<&str> = answer.errors().iter().map(|error| text(error, "field")).collect();
        expected.sort_unstable();
        found.sort_unstable();
        assert_eq!(found, expected, "{} was answered {}", answer.request, answer.text);
        answer
    }

    /// The answer itself, being `malformed_request` that names this parameter.
    ///
    /// # Panics
    ///
    /// Where it is another answer.
    #[track_caller]
    pub fn malformed(self, parameter: &str) -> Self {
        let answer = self.problem("malformed_request", 400);
        assert_eq!(
            answer.body["parameter"], parameter,
            "{} was answered {}",
            answer.request, answer.text
        );
        answer
    }

    /// A header's value.
    ///
    /// # Panics
    ///
    /// Where it is absent or no text.
    #[must_use]
    #[track_caller]
    pub fn header(&self, name: &str) -> &str {
        self.maybe_header(name)
            .unwrap_or_else(|| panic!("{} was answered without {name}", self.request))
    }

    /// A header's value, if it is there.
    ///
    /// # Panics
    ///
    /// Where it is no text.
    #[must_use]
    pub fn maybe_header(&self, name: &str) -> Option<&str> {
        self.headers
            .get(name)
            .map(|value| value.to_str().expect("a header of the contract is printable ASCII"))
    }

    /// A member of the body that is text.
    ///
    /// # Panics
    ///
    /// Where there is no such text.
    #[must_use]
    #[track_caller]
    pub fn text(&self, member: &str) -> &str {
        self.body[member]
            .as_str()
            .unwrap_or_else(|| panic!("{}: no text `{member}` in {}", self.request, self.text))
    }

    /// The member `id`.
    #[must_use]
    #[track_caller]
    pub fn id(&self) -> String {
        self.text("id").to_owned()
    }

    /// The member `version`, which must also be the `ETag`.
    ///
    /// # Panics
    ///
    /// Where they differ or one is missing.
    #[must_use]
    #[track_caller]
    pub fn version(&self) -> u64 {
        let version = self.body["version"]
            .as_u64()
            .unwrap_or_else(|| panic!("no version in {}", self.text));
        assert_eq!(self.header("ETag"), format!("\"{version}\""), "{}", self.request);
        version
    }

    /// The header `Daybook-Position`.
    ///
    /// # Panics
    ///
    /// Where it is no number.
    #[must_use]
    #[track_caller]
    pub fn position(&self) -> u64 {
        self.header("Daybook-Position")
            .parse()
            .expect("Daybook-Position is a number")
    }

    /// Whether this is the stored answer to an earlier request.
    #[must_use]
    pub fn is_replay(&self) -> bool {
        self.maybe_header("Idempotent-Replayed") == Some("true")
    }

    /// The rows of a list.
    ///
    /// # Panics
    ///
    /// Where the body is no list of the contract.
    #[must_use]
    #[track_caller]
    pub fn rows(&self) -> &[Value] {
        self.body["data"]
            .as_array()
            .unwrap_or_else(|| panic!("{}: no list but {}", self.request, self.text))
    }

    /// One member of each row of a list, as text.
    #[must_use]
    #[track_caller]
    pub fn column(&self, member: &str) -> Vec<&str> {
        self.rows().iter().map(|row| text(row, member)).collect()
    }

    /// The list's next cursor, null at the end. While there is one, `Link` must lead there, without a host.
    ///
    /// # Panics
    ///
    /// Where cursor and `Link` contradict each other.
    #[must_use]
    #[track_caller]
    pub fn next_cursor(&self) -> Option<String> {
        let cursor = &self.body["next_cursor"];
        assert!(
            self.body.get("next_cursor").is_some(),
            "{}: no next_cursor in {}",
            self.request,
            self.text
        );
        assert_eq!(
            cursor.is_null(),
            self.maybe_header("Link").is_none(),
            "{}: Link goes with a cursor",
            self.request
        );
        let cursor = cursor.as_str()?.to_owned();
        let link = self.header("Link");
        assert!(
            link.starts_with("</api/v1/") && link.ends_with(">; rel=\"next\""),
            "Link is {link}"
        );
        Some(cursor)
    }

    /// The errors of a `validation_failed`.
    #[must_use]
    #[track_caller]
    pub fn errors(&self) -> &[Value] {
        self.body["errors"]
            .as_array()
            .unwrap_or_else(|| panic!("{}: no errors in {}", self.request, self.text))
    }

    #[track_caller]
    pub(crate) fn assert_request_id(&self) {
        let id = self.header("X-Request-Id");
        assert!(
            (1..=128).contains(&id.len()) && id.bytes().all(|byte| (b' '..=b'~').contains(&byte)),
            "{}: the request id is {id:?}",
            self.request
        );
    }
}

#[track_caller]
pub(crate) fn text<'a>(object: &'a Value, member: &str) -> &'a str {
    object[member]
        .as_str()
        .unwrap_or_else(|| panic!("no text `{member}` in {object}"))
}

/// Whether this is the UUIDv7 in the usual form that every id of the server is.
#[must_use]
pub fn is_server_id(id: &Value) -> bool {
    let Some(text) = id.as_str() else { return false };
    Uuid::try_parse(text).is_ok_and(|uuid| uuid.get_version_num() == 7 && uuid.to_string() == text)
}
