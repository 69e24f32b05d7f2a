//! Files and folders that only their owner reads.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

/// What the owner's group and everybody else might do.
const OTHERS: u32 = 0o077;

/// The one thing that the group may do where the system itself owns a file.
const GROUP_READS: u32 = 0o040;

/// Makes a file, which must not be there; nobody else can ever have opened it.
pub fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

/// Makes a file that holds `bytes`, and comes back when both are on the disk. It
/// gets its name when it is whole, and takes that of no other.
pub fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let unfinished = path.with_added_extension("new");
    match fs::remove_file(&unfinished) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Err(_) | Ok(()) => {}
    }
    let written = write(&unfinished, bytes).and_then(|()| fs::hard_link(&unfinished, path));
    // The first failure is the one to tell of.
    let removed = fs::remove_file(&unfinished);
    written.and(removed).and_then(|()| sync_folder_of(path))
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Opens a file to hold a lock on, and makes it if need be.
pub fn open_or_create(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path)
}

/// Makes a folder, and those above it, where they are not there yet.
pub fn create_folder(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    DirBuilder::new().recursive(true).mode(0o700).create(path)?;
    sync_folder_of(path)
}

/// Whether more people than it takes can read or write a file: its group may
/// read one that root hands to a service, and nobody else may do anything.
pub fn is_exposed(file: &File) -> io::Result<bool> {
    let metadata = file.metadata()?;
    let allowed = if metadata.uid() == 0 { GROUP_READS } else { 0 };
    Ok(metadata.mode() & OTHERS & !allowed != 0)
}

/// Takes from others what they might do with a file.
pub fn close_to_others(path: &Path) -> io::Result<()> {
    if fs::metadata(path)?.mode() & OTHERS != 0 {
        fs::set_permissions(path, Permissions::from_mode(0o600))?;
    }
    Ok(())
}

/// Waits until the name of a new file is on the disk as well.
pub fn sync_folder_of(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}
