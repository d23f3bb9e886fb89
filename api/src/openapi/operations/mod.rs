//! What is to be said about each endpoint of the table of routes.

mod audit;
mod rules;
mod transactions;

use actix_web::http::Method;

use super::describe::Description;
use super::{examples, parameters};
use crate::problem::Code;

const TRANSACTIONS: &str = "Transactions";
const USERS: &str = "Users";
const STATISTICS: &str = "Statistics";
const ACCOUNTS: &str = "Accounts";
const CURRENCIES: &str = "Currencies";
const RULES: &str = "Rules";
const LEDGERS: &str = "Ledgers";
const AUDIT: &str = "Audit";
const KEYS: &str = "Keys";
const SERVER: &str = "Server";

/// Every metric: the one place where they are described.
const METRICS: &str = include_str!("../metrics.md");

/// What an erasure takes, and what it leaves.
const ERASURE: &str = include_str!("../erasure.md");

/// What the tags stand for, in the order of the page.
pub(super) const TAGS: &[(&str, &str)] = &[
    (
        TRANSACTIONS,
        "Credits, debits and transfers: editable, with every version kept.",
    ),
    (USERS, "The people on whose behalf transactions are made."),
    (STATISTICS, "Exact at any size: averages, busiest days, totals, series."),
    (ACCOUNTS, "Where money is: of users and of the ledger itself."),
    (
        CURRENCIES,
        "What amounts are of: ISO 4217, and what a ledger counts besides.",
    ),
    (
        RULES,
        "What a ledger allows: how far its past is closed, and how much is spent.",
    ),
    (LEDGERS, "Tenants: each with books of its own. For operators."),
    (
        AUDIT,
        "The journal: what was recorded, and proofs that nobody has changed it.",
    ),
    (KEYS, "Who may call the API."),
    (SERVER, "The server itself."),
];

/// Everything there is to say.
pub(super) fn all() -> Vec<Description> {
    let mut all = transactions::all();
    all.extend(users());
    all.extend(statistics());
    all.extend(accounts());
    all.extend(currencies());
    all.extend(rules::all());
    all.extend(audit::all());
    all.extend(keys());
    all.extend(server());
    all
}

fn users() -> Vec<Description> {
    let new = |method, path, id| Description::new(USERS, method, path, id);
    vec![
        new(Method::GET, "/api/v1/users", "list_users")
            .says("List users", "Sorted by id, bytewise.")
            .query(parameters::users())
            .lists("User"),
        new(Method::GET, "/api/v1/users/{id}", "find_user")
            .says("Read a user", "")
            .finds("User"),
        new(Method::PUT, "/api/v1/users/{id}", "put_user")
            .says("Make or replace a user", "What the body leaves out is cleared.")
            .body("PutUser")
            .creates("User")
            .changes("User", "Replaced, or a dry run."),
        new(Method::PATCH, "/api/v1/users/{id}", "update_user")
            .says(
                "Change a user",
                "A merge patch. A new time zone groups the user's statistics anew.",
            )
            .body("UpdateUser")
            .changes("User", "The new version."),
        new(Method::DELETE, "/api/v1/users/{id}", "erase_user")
            .says("Erase a user", ERASURE)
            .query(parameters::erasure())
            .changes("User", "The user, of whom nothing personal is left."),
        new(Method::GET, "/api/v1/users/{id}/balances", "list_balances")
            .says(
                "Read what a user owns",
                "By currency, in alphabetical order. All accounts at once: the sums are of those that are shown.",
            )
            .lists_all("Balance"),
        new(
            Method::GET,
            "/api/v1/users/{id}/transactions",
            "list_transactions_of_user",
        )
        .says(
            "List a user's transactions",
            "As the list of all transactions with `user_id`.",
        )
        .query(parameters::transactions_of_user())
        .lists("Transaction"),
    ]
}

fn statistics() -> Vec<Description> {
    let new = |path, id| Description::new(STATISTICS, Method::GET, path, id).query(parameters::statistics());
    vec![
        new("/api/v1/users/{id}/stats", "find_statistics_of_user")
            .says(
                "Read a user's statistics",
                "Posted transactions only, right after every edit. Days are those of the user's time zone.",
            )
            .shows("Statistics"),
        new("/api/v1/stats", "find_statistics")
            .says(
                "Read the ledger's statistics",
                "The same over all users, in days of UTC; a transfer between users counts on both sides.",
            )
            .shows("Statistics"),
    ]
}

fn accounts() -> Vec<Description> {
    let new = |method, path, id| Description::new(ACCOUNTS, method, path, id);
    vec![
        new(Method::GET, "/api/v1/accounts", "list_accounts")
            .says("List accounts", "Newest first.")
            .query(parameters::accounts())
            .lists("Account"),
        new(Method::POST, "/api/v1/accounts", "create_account")
            .says(
                "Make an account",
                "Without `user_id` it belongs to the ledger itself, whose `world` is made by its first transaction \
                 alone: until then `account_exists` has no `resource_id` to name.",
            )
            .body("CreateAccount")
            .creates("Account")
            .rehearses("Account")
            .problems(&[Code::UserNotFound, Code::AccountExists]),
        new(Method::GET, "/api/v1/accounts/{id}", "find_account")
            .says("Read an account", "")
            .finds("Account"),
        new(Method::PATCH, "/api/v1/accounts/{id}", "update_account")
            .says(
                "Change an account",
                "A merge patch. Frozen and closed accounts refuse every change of their balance.",
            )
            .body("UpdateAccount")
            .changes("Account", "The new version.")
            .problems(&[Code::AccountClosed, Code::AccountNotEmpty, Code::InsufficientFunds]),
        new(Method::GET, "/api/v1/accounts/{id}/entries", "list_entries")
            .says(
                "List the journal of an account",
                "Newest first; lines are never changed.",
            )
            .query(parameters::page())
            .lists("Entry"),
        new(Method::GET, "/api/v1/accounts/{id}/balance", "find_balance")
            .says(
                "Read the balance of an account at a time",
                "`as_of`: as it was recorded then, whatever was changed later. `effective_at`: the sum of the posted \
                 transactions dated until then, as they stand now. Neither: as it stands.",
            )
            .query(parameters::balance())
            .shows("AccountBalance"),
        new(Method::GET, "/api/v1/accounts/{id}/statement", "find_statement")
            .says(
                "Read the statement of an account",
                "One line for each posted transaction as it stands now, by date, oldest first. Opening and closing \
                 balance are of the whole period, on every page. Days are those of the user's time zone, of UTC for \
                 an account of the ledger itself; one begins with its first moment. Each page is right for the moment \
                 in which it is read. With `Accept: text/csv` all lines come at once, without `limit` and `cursor`; \
                 they add up, and where a line that was written already is changed meanwhile, the connection is \
                 broken off. An apostrophe stands before a description that a spreadsheet would take for a formula.",
            )
            .query(parameters::statement())
            .shows_page("Statement")
            .or_streams("text/csv", examples::STATEMENT_CSV),
    ]
}

fn currencies() -> Vec<Description> {
    let new = |method, id| Description::new(CURRENCIES, method, "/api/v1/currencies", id);
    vec![
        new(Method::GET, "list_currencies")
            .says(
                "List currencies",
                "The ledger's own, then those of ISO 4217, each by code: whatever a transaction can be in.",
            )
            .query(parameters::page())
            .lists("Currency"),
        new(Method::POST, "create_currency")
            .says(
                "Make a currency",
                "Points, shares, tokens: whatever the ledger counts besides money. It is there for good, with this \
                 exponent; a code of ISO 4217 cannot be given another meaning.",
            )
            .body("CreateCurrency")
            .creates("Currency")
            .changes("Currency", "It is there already, just so."),
    ]
}

fn keys() -> Vec<Description> {
    let new = |method, path, id| Description::new(KEYS, method, path, id);
    vec![
        new(Method::GET, "/api/v1/keys", "list_keys")
            .says(
                "List keys",
                "Newest first, without secrets; operators see theirs as well.",
            )
            .query(parameters::page())
            .lists("Key"),
        new(Method::POST, "/api/v1/keys", "create_key")
            .says(
                "Make a key",
                "The answer shows the secret, this once. Only an operator makes operators.",
            )
            .body("CreateKey")
            .creates("NewKey"),
        new(Method::POST, "/api/v1/users/{id}/tokens", "create_token")
            .says(
                "Make a user's token",
                "For the user's own device, which then calls the API by itself: the answer shows the token, this once. It \
                 cannot be revoked, so let it be short. A token has no version: with `If-Match` or `If-None-Match` the \
                 request is malformed.",
            )
            .body("CreateToken")
            .creates("NewToken"),
        new(Method::DELETE, "/api/v1/keys/{id}", "revoke_key")
            .says(
                "Revoke a key",
                "It stops working at once on this server, within 5 s on every other. A key has no version: with \
                 `If-Match` or `If-None-Match` the request is malformed.",
            )
            .ends(),
    ]
}

fn server() -> Vec<Description> {
    let new = |path, id| Description::new(SERVER, Method::GET, path, id);
    vec![
        new("/", "root")
            .says("Say what answers", "A page for a browser, JSON for a program.")
            .shows("About")
            .or_serves("text/html"),
        new("/livez", "livez")
            .says("Tell whether the process lives", "")
            .shows("Health"),
        new("/readyz", "readyz")
            .says(
                "Tell whether the server takes work",
                "503 without its database, and from the moment it is told to stop.",
            )
            .shows("Health")
            .problems(&[Code::Unavailable]),
        new("/openapi.json", "openapi")
            .says("Read this document", "")
            .shows("OpenApi"),
        new("/docs", "docs")
            .says("Read this document as a page", "")
            .serves("text/html", "Swagger UI."),
        new("/metrics", "metrics")
            .says("Read the metrics", METRICS)
            .serves("text/plain", "The text format of Prometheus."),
    ]
}
