//! A folder for what a process reads and writes.

use std::fs;
use std::path::{Path, PathBuf};

/// An empty folder for a process, removed when this is dropped.
#[derive(Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// A new one.
    ///
    /// # Panics
    ///
    /// Where the temporary folder is not writable.
    #[must_use]
    pub fn empty() -> Self {
        let path = std::env::temp_dir().join(format!("daybook-process-{}", uuid::Uuid::new_v4()));
        fs::create_dir_all(&path).expect("the temporary folder is writable");
        Self(path)
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The names of what is in it, in order.
    ///
    /// # Panics
    ///
    /// Where it is gone.
    #[must_use]
    pub fn files(&self) -> Vec<String> {
        let files = fs::read_dir(&self.0).expect("the folder is readable").flatten();
        let mut names: Vec<String> = files
            .map(|file| file.file_name().to_string_lossy().into_owned())
            .collect();
        names.sort_unstable();
        names
    }

    /// What a file in it says; nothing where there is none.
    #[must_use]
    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.join(name)).unwrap_or_default()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A folder left behind in the temporary folder is no reason to fail.
        let _ = fs::remove_dir_all(&self.0);
    }
}
