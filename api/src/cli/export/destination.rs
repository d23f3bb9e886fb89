//! Where an export goes.

use std::fs::{self, File, OpenOptions};
use std::io::{Error, ErrorKind, Result, Write};
use std::path::{Path, PathBuf};

use uuid::Uuid;

use super::Failure;
use crate::config::ExportArguments;

/// The name of a file that stands for standard output.
const STANDARD_OUTPUT: &str = "-";

/// Where an export goes, before anything is written.
#[derive(Debug)]
pub(super) enum Destination {
    StandardOutput,
    /// A device or a pipe: there already, and never whole.
    Stream(PathBuf),
    /// A file that is there once it is whole.
    Whole {
        path: PathBuf,
        /// Whether a file that is there is replaced.
        replaces: bool,
    },
    /// A file that is written in place: what is there is continued.
    Appended(PathBuf),
}

impl Destination {
    /// What the command line says, where nothing on the disk is against it.
    ///
    /// # Errors
    /// A file that is there and must not be replaced, or that cannot be one.
    pub(super) fn choose(arguments: &ExportArguments) -> std::result::Result<Self, Failure> {
        let Some(path) = arguments
            .file
            .as_deref()
            .filter(|path| path.as_os_str() != STANDARD_OUTPUT)
        else {
            return if arguments.append {
                Err(Failure::usage("--append needs a FILE"))
            } else {
                Ok(Self::StandardOutput)
            };
        };
        let shown = path.display();
        let found = match fs::metadata(path) {
            Ok(found) => Some(found),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(Failure::usage(format!("cannot write {shown}: {error}"))),
        };
        let is_directory = found.as_ref().is_some_and(fs::Metadata::is_dir);
        let is_stream = found.as_ref().is_some_and(|found| !found.is_file());
        match (arguments.append, found) {
            _ if is_directory => Err(Failure::usage(format!("cannot write {shown}: it is a directory"))),
            (true, _) if is_stream => Err(Failure::usage(format!("cannot append to {shown}: it is no file"))),
            (true, _) => Ok(Self::Appended(path.to_owned())),
            (false, Some(_)) if is_stream => Ok(Self::Stream(path.to_owned())),
            (false, Some(_)) if !arguments.force => Err(Failure::usage(format!(
                "{shown} is there already; --force replaces it, and --append adds to one that it made"
            ))),
            (false, _) => Ok(Self::Whole {
                path: path.to_owned(),
                replaces: arguments.force,
            }),
        }
    }

    /// What people call it.
    pub(super) fn name(&self) -> String {
        match self {
            Self::StandardOutput => "standard output".to_owned(),
            Self::Stream(path) | Self::Whole { path, .. } | Self::Appended(path) => path.display().to_string(),
        }
    }

    /// Whether an error of writing says that whoever reads has gone (`| head`): that is no failure of the command.
    pub(super) fn is_left(&self, error: &Error) -> bool {
        matches!(self, Self::StandardOutput | Self::Stream(_)) && error.kind() == ErrorKind::BrokenPipe
    }
}

/// What is being written.
pub(super) enum Output {
    Standard,
    Stream(File),
    Unfinished(Unfinished),
    File { file: File, path: PathBuf },
}

impl Output {
    /// The device or the pipe at `path`.
    ///
    /// # Errors
    /// Those of the file system.
    pub(super) fn stream(path: &Path) -> Result<Self> {
        Ok(Self::Stream(OpenOptions::new().write(true).open(path)?))
    }

    /// The file that will be at `path` once it is whole.
    ///
    /// # Errors
    /// Those of the file system.
    pub(super) fn beside(path: &Path, replaces: bool) -> Result<Self> {
        Unfinished::beside(path, replaces).map(Self::Unfinished)
    }

    /// What writes to it.
    ///
    /// # Errors
    /// Those of the file system.
    pub(super) fn writer(&self) -> Result<Box<dyn Write + Send>> {
        Ok(match self {
            Self::Standard => Box::new(std::io::stdout()),
            Self::Stream(file) | Self::File { file, .. } | Self::Unfinished(Unfinished { file, .. }) => {
                Box::new(file.try_clone()?)
            }
        })
    }

    /// Makes sure that everything that was written stays, whatever happens to the machine.
    ///
    /// # Errors
    /// Those of the file system; a file that is there by now and must not be replaced.
    pub(super) fn finish(self) -> Result<()> {
        match self {
            Self::Standard | Self::Stream(_) => Ok(()),
            Self::File { file, path } => {
                file.sync_all()?;
                sync_folder_of(&path);
                Ok(())
            }
            Self::Unfinished(unfinished) => unfinished.put_in_place(),
        }
    }
}

/// A file beside the one that it becomes. It is removed when this is dropped before.
pub(super) struct Unfinished {
    file: File,
    beside: PathBuf,
    path: PathBuf,
    replaces: bool,
}

impl Unfinished {
    fn beside(path: &Path, replaces: bool) -> Result<Self> {
        // Behind a link, what it leads to is replaced and not the link.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let name = path.file_name().ok_or(ErrorKind::InvalidFilename)?.to_string_lossy();
        let beside = path.with_file_name(format!(".{name}.{}", Uuid::now_v7()));
        let file = OpenOptions::new().write(true).create_new(true).open(&beside)?;
        let unfinished = Self {
            file,
            beside,
            path,
            replaces,
        };
        if let Ok(replaced) = fs::metadata(&unfinished.path) {
            // Who could not read the one must not be able to read the other.
            unfinished.file.set_permissions(replaced.permissions())?;
        }
        Ok(unfinished)
    }

    fn put_in_place(self) -> Result<()> {
        self.file.sync_all()?;
        if self.replaces {
            fs::rename(&self.beside, &self.path)?;
        } else {
            self.link()?;
        }
        sync_folder_of(&self.path);
        Ok(())
    }

    /// Gives the file its name, unless another has it by now.
    fn link(&self) -> Result<()> {
        match fs::hard_link(&self.beside, &self.path) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => {
                // A file system that knows no links leaves a moment between the question and the name.
                if self.path.exists() {
                    return Err(ErrorKind::AlreadyExists.into());
                }
                fs::rename(&self.beside, &self.path)
            }
            linked => linked,
        }
    }
}

/// Makes sure that the name of a file stays as well. Not every file system can do this for a folder, nor may everybody, and
/// the file is there.
fn sync_folder_of(path: &Path) {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let _ = File::open(folder.unwrap_or(Path::new("."))).and_then(|folder| folder.sync_all());
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // It is there no more, or under both names, once it is in place.
        let _ = fs::remove_file(&self.beside);
    }
}
