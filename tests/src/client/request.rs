//! A request: what it is given, and how it is sent.

use std::future::{Future, IntoFuture};
use std::pin::Pin;

use reqwest::Method;
use serde_json::Value;

use crate::{Answer, logs};

/// A request that is sent when awaited.
#[derive(Clone, Debug)]
#[must_use = "a request is sent when it is awaited"]
pub struct Request {
    pub(super) http: reqwest::Client,
    pub(super) method: Method,
    pub(super) url: String,
    pub(super) headers: Vec<(String, Vec<u8>)>,
    pub(super) body: Option<Vec<u8>>,
}

impl Request {
    /// With this header instead of any of the same name.
    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.as_ref().to_vec()));
        self
    }

    /// Without this header.
    pub fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
        self
    }

    /// With this JSON as its body.
    pub fn json(self, body: &Value) -> Self {
        self.body(body.to_string(), "application/json")
    }

    /// With these bytes as its body, whatever they are.
    pub fn body(mut self, body: impl Into<Vec<u8>>, media_type: &str) -> Self {
        self.body = Some(body.into());
        self.header("Content-Type", media_type)
    }

    /// With this idempotency key.
    pub fn key(self, key: &str) -> Self {
        self.header("Idempotency-Key", key)
    }

    /// Only if the resource has this version.
    pub fn if_match(self, version: u64) -> Self {
        self.header("If-Match", format!("\"{version}\""))
    }

    /// Sends it where no answer may come.
    ///
    /// # Errors
    ///
    /// Where the connection failed before the answer was whole.
    pub async fn attempt(self) -> Result<Answer, reqwest::Error> {
        let request = format!("{} {}", self.method, self.url);
        let is_head = self.method == Method::HEAD;
        let is_of_user = has_token(&self.headers);
        self.hide();
        let mut builder = self.http.request(self.method, &self.url);
        for (name, value) in self.headers {
            builder = builder.header(name, value);
        }
        if let Some(body) = self.body {
            builder = builder.body(body);
        }
        let response = builder.send().await?;
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let bytes = response.bytes().await?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        let answer = Answer {
            request,
            status,
            headers,
            body,
            text,
            is_of_user,
        };
        logs::hide_in(&answer.body);
        answer.assert_request_id();
        if status >= 400 && !is_head {
            answer.assert_problem_shape();
        }
        Ok(answer)
    }

    /// Takes note of what no log may tell of it.
    fn hide(&self) {
        let bearer = self
            .headers
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case("Authorization"));
        let bearer = bearer.and_then(|(_, value)| std::str::from_utf8(value).ok());
        if let Some(credential) = bearer.and_then(|value| value.split_whitespace().nth(1)) {
            logs::hide(credential);
        }
        logs::hide_in_query(&self.url);
        logs::hide_in_bytes(self.body.as_deref().unwrap_or_default());
    }

    async fn send(self) -> Answer {
        let request = format!("{} {}", self.method, self.url);
        let answer = self.attempt().await;
        answer.unwrap_or_else(|error| panic!("{request} got no answer: {error:?}"))
    }
}

/// Whether the credential is a user's token: three parts with dots between them.
fn has_token(headers: &[(String, Vec<u8>)]) -> bool {
    let credential = headers.iter().find(|(name, _)| name == "Authorization");
    let dots = credential.map_or(0, |(_, value)| value.iter().filter(|byte| **byte == b'.').count());
    dots == 2
}

impl IntoFuture for Request {
    type Output = Answer;
    type IntoFuture = Pin<Box<dyn Future<Output = Answer> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}
