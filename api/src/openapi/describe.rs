//! What the table of routes does not say about an endpoint, and the operation that both together make.

use actix_web::http::Method;
use utoipa::openapi::content::{Content, ContentBuilder};
use utoipa::openapi::path::{Operation, OperationBuilder, Parameter};
use utoipa::openapi::{RefOr, Schema, SecurityRequirement};

use super::answered::{Answered, DISPOSITION, DRY_RUN, ETAG, HEAD, LINK, LOCATION, POSITION, REPLAYED, Told, response};
use super::{examples, parameters, problems, request_body, schemas};
use crate::call::{Conditions, Demand, UserAccess};
use crate::problem::Code;

/// The name of the scheme of keys.
pub(super) const BEARER: &str = "key";
/// The name of the scheme of users' tokens.
pub(super) const USER_TOKEN: &str = "user_token";
const JSON: &str = "application/json";

/// What the table of routes does not say about an endpoint.
pub(super) struct Description {
    pub(super) method: Method,
    pub(super) path: &'static str,
    id: &'static str,
    tag: &'static str,
    summary: &'static str,
    text: &'static str,
    pub(super) query: Vec<Parameter>,
    pub(super) body: Option<&'static str>,
    answers: Vec<Answered>,
    own: &'static [Code],
}

impl Description {
    pub(super) fn new(tag: &'static str, method: Method, path: &'static str, id: &'static str) -> Self {
        Self {
            method,
            path,
            id,
            tag,
            summary: "",
            text: "",
            query: Vec::new(),
            body: None,
            answers: Vec::new(),
            own: &[],
        }
    }

    /// One line, and then what more there is to say.
    pub(super) fn says(mut self, summary: &'static str, text: &'static str) -> Self {
        (self.summary, self.text) = (summary, text);
        self
    }

    pub(super) fn query(mut self, query: Vec<Parameter>) -> Self {
        self.query = query;
        self
    }

    /// The schema of the body.
    pub(super) fn body(mut self, schema: &'static str) -> Self {
        self.body = Some(schema);
        self
    }

    /// The problems that only this endpoint can meet.
    pub(super) fn problems(mut self, own: &'static [Code]) -> Self {
        self.own = own;
        self
    }

    /// 200 with one resource that has a version; 304 where the reader has it.
    pub(super) fn finds(self, schema: &'static str) -> Self {
        self.answer("200", "The resource.", Some(one(schema)), vec![ETAG])
            .answer("304", "The reader has this version.", None, vec![ETAG])
    }

    /// 200 with a document.
    pub(super) fn shows(self, schema: &'static str) -> Self {
        self.answer("200", "The document.", Some(one(schema)), Vec::new())
    }

    /// 200 with a page.
    pub(super) fn lists(self, schema: &'static str) -> Self {
        let page = examples::of_schema(schema).map(|row| serde_json::json!({"data": [row], "next_cursor": null}));
        let content = content(schemas::page_of(schema), page);
        self.answer("200", "A page.", Some(content), vec![LINK])
    }

    /// 200 with a document that leads to the next page of it.
    pub(super) fn shows_page(self, schema: &'static str) -> Self {
        self.answer("200", "A page.", Some(one(schema)), vec![LINK])
    }

    /// 200 with a page of events, beside the head of the ledger.
    pub(super) fn shows_events(self, schema: &'static str) -> Self {
        self.answer("200", "A page.", Some(one(schema)), vec![LINK, HEAD])
    }

    /// 200 with every row.
    pub(super) fn lists_all(self, schema: &'static str) -> Self {
        let all = examples::of_schema(schema).map(|row| serde_json::json!({"data": [row]}));
        self.answer(
            "200",
            "All rows.",
            Some(content(schemas::all_of(schema), all)),
            Vec::new(),
        )
    }

    /// 201 with the resource that was made.
    pub(super) fn creates(self, schema: &'static str) -> Self {
        let mut headers = written(schema);
        // What has a version can be read again, at a path of its own.
        if headers.contains(&ETAG) {
            headers.push(LOCATION);
        }
        self.answer("201", "Made.", Some(one(schema)), headers)
    }

    /// 200 with the resource as it stands after the write.
    pub(super) fn changes(self, schema: &'static str, description: &'static str) -> Self {
        self.answer("200", description, Some(one(schema)), written(schema))
    }

    /// 200 where a dry run alone answers it, with what would have been made.
    pub(super) fn rehearses(self, schema: &'static str) -> Self {
        let description = "A dry run: what would have been made.";
        self.answer("200", description, Some(one(schema)), vec![ETAG])
    }

    /// 200 with what became of each row.
    pub(super) fn reports(self, schema: &'static str) -> Self {
        self.answer("200", "What became of the rows.", Some(one(schema)), vec![POSITION])
    }

    /// 204.
    pub(super) fn ends(self) -> Self {
        self.answer("204", "Done.", None, vec![POSITION, REPLAYED])
    }

    /// 200 with something that is no JSON.
    pub(super) fn serves(self, media_type: &'static str, description: &'static str) -> Self {
        self.answer("200", description, None, Vec::new()).or_serves(media_type)
    }

    /// The same answer in a media type that is no JSON.
    pub(super) fn or_serves(mut self, media_type: &'static str) -> Self {
        if let Some(answered) = self.answers.last_mut() {
            let content = content(schemas::any_text().into(), None);
            answered.bodies.push((media_type, content));
        }
        self
    }

    /// 200 with a file of any length, by media type, each with an example.
    pub(super) fn streams(self, files: &[(&'static str, &'static str)]) -> Self {
        let file = self.answer("200", "The file.", None, Vec::new());
        files
            .iter()
            .fold(file, |file, (media_type, example)| file.or_streams(media_type, example))
    }

    /// The same answer as a file of any length.
    pub(super) fn or_streams(mut self, media_type: &'static str, example: &'static str) -> Self {
        if let Some(answered) = self.answers.last_mut() {
            let content = content(schemas::any_text().into(), Some(example.into()));
            answered.bodies.push((media_type, content));
            if !answered.headers.contains(&DISPOSITION) {
                answered.headers.push(DISPOSITION);
            }
        }
        self
    }

    fn answer(
        mut self,
        status: &'static str,
        description: &'static str,
        body: Option<Content>,
        headers: Vec<Told>,
    ) -> Self {
        self.answers.push(Answered {
            status,
            description,
            bodies: body.into_iter().map(|body| (JSON, body)).collect(),
            headers,
        });
        self
    }

    /// The operation of an endpoint that demands `demand`.
    pub(super) fn operation(self, demand: &Demand) -> Operation {
        let has_cursor = self.query.iter().any(|parameter| parameter.name == "cursor");
        let codes = problems::codes(self.path, demand, has_cursor, self.own);
        let parameters = self.parameters(demand);
        let mut operation = OperationBuilder::new()
            .tag(self.tag)
            .operation_id(Some(self.id))
            .summary(Some(self.summary))
            .description(Some(self.told(demand)))
            .parameters(Some(parameters))
            .request_body(request_body::of(self.body, demand.media))
            .securities(Some(securities(demand)));
        for mut answered in self.answers {
            // Whatever it rehearses, a dry run answers 200.
            if demand.dry_run && answered.status == "200" {
                answered.headers.push(DRY_RUN);
            }
            operation = operation.response(answered.status, response(answered, demand.is_counted));
        }
        for (status, response) in problems::responses(&codes) {
            operation = operation.response(status, response);
        }
        operation.build()
    }

    fn told(&self, demand: &Demand) -> String {
        match demand.role {
            None => self.text.to_owned(),
            Some(role) => format!("{}\n\nRole: `{}`.{}", self.text, role.as_str(), of_users(demand.users))
                .trim_start()
                .to_owned(),
        }
    }

    fn parameters(&self, demand: &Demand) -> Vec<Parameter> {
        let mut all: Vec<Parameter> = parameters::of_path(self.path).into_iter().collect();
        all.extend(self.query.iter().cloned());
        if demand.dry_run {
            all.push(parameters::dry_run());
        }
        if problems::takes_key(demand) {
            all.push(parameters::idempotency_key());
        }
        if demand.conditions == Conditions::Kept {
            all.push(parameters::if_match());
        }
        if demand.method == Method::PUT {
            all.push(parameters::if_absent());
        }
        if self.answers.iter().any(|answer| answer.status == "304") {
            all.push(parameters::if_none_match());
        }
        if problems::is_about_a_ledger(self.path, demand) {
            all.push(parameters::ledger());
        }
        all
    }
}

/// Either credential, where the route takes both.
fn securities(demand: &Demand) -> Vec<SecurityRequirement> {
    let key = demand.role.map(|_| BEARER);
    let token = demand.users.scope().map(|_| USER_TOKEN);
    key.into_iter()
        .chain(token)
        .map(|scheme| SecurityRequirement::new(scheme, Vec::<String>::new()))
        .collect()
}

/// What users' tokens may do with a route.
fn of_users(users: UserAccess) -> &'static str {
    match users {
        UserAccess::None => "",
        UserAccess::Read => " A user's token of either scope reads what is the user's own.",
        UserAccess::Write => {
            " A user's token of the scope `write` records debits of the user, and transfers out of the user's accounts; \
             credits where the ledger's `users_may_edit` is true. It makes no user."
        }
        UserAccess::Edit => {
            " A user's token of the scope `write` changes the user's own credits and debits, where the ledger's \
             `users_may_edit` is true; no transfer, capture or refund."
        }
    }
}

/// The headers of the answer to a write that is kept, with the resource of `schema`.
fn written(schema: &str) -> Vec<Told> {
    let has_version = examples::of_schema(schema).is_some_and(|example| example.get("version").is_some());
    let mut headers = vec![POSITION, REPLAYED];
    if has_version {
        headers.push(ETAG);
    }
    headers
}

fn one(schema: &str) -> Content {
    content(schemas::reference(schema), examples::of_schema(schema))
}

pub(super) fn content(schema: RefOr<Schema>, example: Option<serde_json::Value>) -> Content {
    ContentBuilder::new().schema(Some(schema)).example(example).build()
}
