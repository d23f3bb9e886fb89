//! The template that databases are copied from: what it is called, where it lies and how it is made.

/// The folder beside the test binary's, for what tests of one build share.
pub(super) fn build_folder() -> std::path::PathBuf {
    let binary = std::env::current_exe().expect("a test knows its own file");
    let folder = binary
        .parent()
        .expect("a file lies in a folder")
        .join("../daybook-tests");
    std::fs::create_dir_all(&folder).expect("the target folder is writable");
    folder
}

/// A name for this build of this test binary: another build has another.
pub(super) fn build_name() -> String {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let binary = std::env::current_exe().expect("a test knows its own file");
    let about = std::fs::metadata(&binary).expect("a test can look at its own file");
    let mut hasher = DefaultHasher::new();
    (binary, about.len(), about.modified().ok()).hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// A name for this test binary, the same for each build of it.
pub(super) fn binary_name() -> String {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let binary = std::env::current_exe().expect("a test knows its own file");
    let stem = binary.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    let name = stem.rsplit_once('-').map_or(stem, |(name, _)| name);
    let mut hasher = DefaultHasher::new();
    (binary.parent(), name).hash(&mut hasher);
    format!("{:08x}", hasher.finish() & 0xffff_ffff)
}

/// Makes a server set up the schema, the ledger and the operator's key in this database, and ends it.
pub(super) async fn set_up(database_url: &str) {
    let mut settings = crate::book::settings(database_url);
    settings.migrate = api::Migrate::Auto;
    match api::start(settings).await {
        Ok(server) => server.stop().await,
        Err(error) => panic!("the server does not start on an empty database: {error}"),
    }
}
