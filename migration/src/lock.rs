//! The lock on a SQLite file that keeps a second server, and changes of its schema, away from it.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use crate::SchemaError;

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

/// An exclusive lock of the operating system on `PATH.lock`; it ends with the process, however that ends.
#[derive(Debug)]
pub struct FileLock {
    _file: File,
}

impl FileLock {
    /// Takes the lock of the database at `path`, at once or not at all.
    ///
    /// # Errors
    /// Another process holds it; the file cannot be made; it is on a network file system.
    pub fn acquire(path: &Path) -> Result<Self, SchemaError> {
        let lock_path = lock_path(path);
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&lock_path)
            .map_err(|error| SchemaError::new(format!("{} cannot be opened: {error}", lock_path.display())))?;
        refuse_network(&lock_path)?;
        match file.try_lock() {
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

fn lock_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
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

    #[test]
    fn a_second_lock_is_refused_until_the_first_ends() {
        let path = std::env::temp_dir().join(format!("daybook-lock-{}.db", std::process::id()));
        let first = FileLock::acquire(&path).unwrap();
        assert!(
            FileLock::acquire(&path)
                .unwrap_err()
                .to_string()
                .contains("being served")
        );
        drop(first);
        FileLock::acquire(&path).unwrap();
        std::fs::remove_file(lock_path(&path)).unwrap();
    }
}
