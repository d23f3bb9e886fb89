//! The lock on a SQLite file that keeps a second server, and changes of its schema, away from it.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::SchemaError;

/// How long a lock can outlive its owner: a child that the owner was just starting holds it until it has become another
/// program.
const FREE_WITHIN: Duration = Duration::from_millis(250);
const PAUSE: Duration = Duration::from_millis(10);

/// File systems across a network: neither locks nor the shared memory of SQLite's WAL can be relied on there.
const NETWORK_FILE_SYSTEMS: [&str; 12] = [
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "smbfs",
    "afs",
    "ceph",
    "glusterfs",
    "lustre",
    "fuse.sshfs",
    "fuse.glusterfs",
    "fuse.s3fs",
];

/// An exclusive lock of the operating system on `PATH.lock`, where `PATH` is the database's file behind every symbolic
/// link; it ends with the process, however that ends.
///
/// The database's file itself is never opened for it: closing it again would end the locks that SQLite has on it in this
/// process (<https://www.sqlite.org/howtocorrupt.html>, section 2.2).
#[derive(Debug)]
pub struct FileLock {
    _file: File,
}

impl FileLock {
    /// Takes the lock of the database at `path`, which may be absent yet, within a quarter of a second or not at all.
    ///
    /// # Errors
    /// Another process holds it; the lock's file cannot be made; the database's has a second name (a hard link), or is
    /// on a network file system.
    pub fn acquire(path: &Path) -> Result<Self, SchemaError> {
        let database_path = real_path(path)
            .map_err(|error| SchemaError::new(format!("{} cannot be opened: {error}", path.display())))?;
        refuse_second_name(&database_path)?;
        let lock_path = lock_path(&database_path);
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&lock_path)
            .map_err(|error| SchemaError::new(format!("{} cannot be opened: {error}", lock_path.display())))?;
        refuse_network(&lock_path)?;
        match lock_soon(&file) {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(SchemaError::new(format!(
                "{} is being served by another process, which must be stopped first",
                path.display()
            ))),
            Err(TryLockError::Error(error)) => Err(SchemaError::new(format!(
                "{} cannot be locked: {error}",
                lock_path.display()
            ))),
        }
    }
}

fn lock_soon(file: &File) -> Result<(), TryLockError> {
    let started = Instant::now();
    loop {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) if started.elapsed() < FREE_WITHIN => std::thread::sleep(PAUSE),
            ended => return ended,
        }
    }
}

/// The absolute path of the file that `path` leads to, also of one that is not made yet.
fn real_path(path: &Path) -> io::Result<PathBuf> {
    match path.canonicalize() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        found => return found,
    }
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    // A link may lead to a file that is not made yet. Links in a circle were another error above.
    if let Ok(target) = path.read_link() {
        return real_path(&folder.join(target));
    }
    let name = path.file_name().ok_or(io::ErrorKind::InvalidFilename)?;
    Ok(folder.canonicalize()?.join(name))
}

/// SQLite names a database's log after the database: under another name it would not find the log, and write a second.
fn refuse_second_name(path: &Path) -> Result<(), SchemaError> {
    match path.metadata() {
        Ok(file) if file.is_file() && file.nlink() > 1 => Err(SchemaError::new(format!(
            "{} has {} names (hard links), under each of which SQLite would keep another log: remove all but one",
            path.display(),
            file.nlink()
        ))),
        // One that is not there yet has no name at all.
        _ => Ok(()),
    }
}

/// `database_path` is absolute, behind every link.
fn lock_path(database_path: &Path) -> PathBuf {
    let mut name = database_path.as_os_str().to_owned();
    name.push(".lock");
    PathBuf::from(name)
}

fn refuse_network(path: &Path) -> Result<(), SchemaError> {
    // Where there is no such table of mounts, the operating system is not Linux and nothing is known.
    let Ok(mounts) = std::fs::read_to_string("/proc/self/mountinfo") else {
        return Ok(());
    };
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    match file_system_of(&path, &mounts) {
        Some(kind) if NETWORK_FILE_SYSTEMS.contains(&kind) => Err(SchemaError::new(format!(
            "{} is on a network file system ({kind}), where SQLite can lose what it was told to keep",
            path.display()
        ))),
        _ => Ok(()),
    }
}

/// The kind of the file system that `path` is on: that of the longest mount point which leads to it, of those the
/// newest. The format is proc_pid_mountinfo(5).
fn file_system_of<'mounts>(path: &Path, mounts: &'mounts str) -> Option<&'mounts str> {
    mounts
        .lines()
        .filter_map(|line| {
            let (mount, kind) = line.split_once(" - ")?;
            let mount_point = mount.split(' ').nth(4)?.replace("\\040", " ");
            let kind = kind.split(' ').next()?;
            path.starts_with(&mount_point).then_some((mount_point.len(), kind))
        })
        .max_by_key(|(length, _)| *length)
        .map(|(_, kind)| kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOUNTS: &str = "\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
23 22 0:21 / /srv/shared\\040files rw shared:2 - nfs4 host:/export rw
24 22 0:22 / /srv rw - tmpfs tmpfs rw
25 22 0:23 / /srv rw - xfs /dev/sdb rw
";

    #[test]
    fn the_longest_mount_point_decides() {
        let kind = |path: &str| file_system_of(Path::new(path), MOUNTS);
        assert_eq!(kind("/home/a.db"), Some("ext4"));
        assert_eq!(kind("/srv/a.db"), Some("xfs"));
        assert_eq!(kind("/srv/shared files/a.db"), Some("nfs4"));
        assert_eq!(kind("/srv/shared filesystem/a.db"), Some("xfs"));
    }

    /// A folder of its own, which is removed when it is dropped.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("daybook-lock-{}-{name}", std::process::id()));
            std::fs::create_dir(&path).unwrap();
            Self(path)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    fn refusal(path: &Path) -> String {
        FileLock::acquire(path).unwrap_err().to_string()
    }

    #[test]
    fn a_second_lock_is_refused_until_the_first_ends() {
        let folder = Folder::new("second");
        let path = folder.0.join("a.db");
        let first = FileLock::acquire(&path).unwrap();
        assert!(refusal(&path).contains("being served"));
        drop(first);
        FileLock::acquire(&path).unwrap();
        assert!(!path.exists(), "the lock makes no database");
    }

    #[test]
    fn the_lock_is_the_files_whatever_path_leads_to_it() {
        let folder = Folder::new("paths");
        let path = folder.0.join("a.db");
        std::fs::create_dir(folder.0.join("sub")).unwrap();
        let link = |original: &str, link: &str| {
            let link = folder.0.join(link);
            std::os::unix::fs::symlink(original, &link).unwrap();
            link
        };
        let others = [
            folder.0.join("sub/../a.db"),
            folder.0.join("./a.db"),
            link("a.db", "link.db"),
            link("../link.db", "sub/link-to-link.db"),
            link(".", "same").join("a.db"),
        ];
        let circle = link("circle.db", "circle.db");
        // At first the links lead to nothing.
        for _ in 0..2 {
            let _lock = FileLock::acquire(&path).unwrap();
            for other in &others {
                assert!(refusal(other).contains("being served"), "{}", other.display());
            }
            assert!(refusal(&circle).contains("cannot be opened"));
            File::create(&path).unwrap();
        }
    }

    #[test]
    fn a_file_with_two_names_is_refused_under_both() {
        let folder = Folder::new("names");
        let (one, other) = (folder.0.join("a.db"), folder.0.join("b.db"));
        File::create(&one).unwrap();
        std::fs::hard_link(&one, &other).unwrap();
        for path in [&one, &other] {
            assert!(refusal(path).contains("hard links"), "{}", refusal(path));
        }
        std::fs::remove_file(&one).unwrap();
        FileLock::acquire(&other).unwrap();
    }
}
