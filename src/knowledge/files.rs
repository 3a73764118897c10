//! Where curated files come from: the set built into the program, and a company's own folder over it.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use include_dir::{Dir, include_dir};

use crate::core::source::SourceFile;

static BUILT_IN: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/knowledge");

/// The set that comes with the program.
pub fn built_in() -> Vec<SourceFile> {
    let mut files = Vec::new();
    collect(&BUILT_IN, &mut files);
    files
}

fn collect(dir: &Dir<'_>, files: &mut Vec<SourceFile>) {
    for file in dir.files().filter(|file| is_curated(file.path())) {
        if let (Some(path), Some(text)) = (file.path().to_str(), file.contents_utf8()) {
            files.push(SourceFile { path: path.replace('\\', "/"), text: text.to_owned() });
        }
    }
    for dir in dir.dirs() {
        collect(dir, files);
    }
}

/// Markdown, TOML and CSV hold knowledge; a README describes a folder; everything else is not ours.
fn is_curated(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    matches!(extension, "md" | "toml" | "csv") && name != "README.md" && !name.starts_with('.')
}

/// The folder of what is not served yet.
pub const DRAFTS: &str = "drafts";

/// Reads a folder and all folders below it, but for the drafts.
///
/// # Errors
/// When the folder or a file in it cannot be read, or a file is not UTF-8.
pub fn read_folder(root: &Path) -> io::Result<Vec<SourceFile>> {
    let mut files = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).map_err(|error| at(&folder, &error))? {
            let path = entry?.path();
            if path.is_dir() {
                if path != root.join(DRAFTS) {
                    folders.push(path);
                }
            } else if is_curated(&path) {
                let text = std::fs::read_to_string(&path).map_err(|error| at(&path, &error))?;
                let relative = path.strip_prefix(root).unwrap_or(&path);
                files.push(SourceFile { path: relative.to_string_lossy().replace('\\', "/"), text });
            }
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

fn at(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

/// Lays a company's files over a base: an article with the same id replaces, whatever its folder; any other
/// file with the same path replaces; the rest is added.
pub fn overlay(base: Vec<SourceFile>, company: Vec<SourceFile>) -> Vec<SourceFile> {
    let key = |file: &SourceFile| {
        if file.path.starts_with("articles/") {
            format!("articles/{}", file.stem())
        } else {
            file.path.clone()
        }
    };
    let mut files: BTreeMap<String, SourceFile> = base.into_iter().map(|file| (key(&file), file)).collect();
    files.extend(company.into_iter().map(|file| (key(&file), file)));
    files.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> SourceFile {
        SourceFile { path: path.into(), text: text.into() }
    }

    #[test]
    fn a_company_replaces_by_id_and_adds_the_rest() {
        let base = vec![file("articles/a/one.md", "base"), file("policy.toml", "base")];
        let company = vec![file("articles/b/one.md", "ours"), file("articles/b/two.md", "ours")];
        let paths: Vec<String> = overlay(base, company).into_iter().map(|file| file.path).collect();
        assert_eq!(paths, ["articles/b/one.md", "articles/b/two.md", "policy.toml"]);
    }

    #[test]
    fn a_folder_is_read_whole_without_what_is_not_ours() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("articles/x")).unwrap();
        std::fs::write(folder.path().join("articles/x/one.md"), "text").unwrap();
        std::fs::write(folder.path().join("articles/x/one.md~"), "backup").unwrap();
        std::fs::write(folder.path().join("README.md"), "about").unwrap();
        std::fs::create_dir(folder.path().join(DRAFTS)).unwrap();
        std::fs::write(folder.path().join("drafts/two.md"), "not yet").unwrap();
        assert_eq!(read_folder(folder.path()).unwrap(), [file("articles/x/one.md", "text")]);
    }
}
