//! A secret never stands in the config itself: the config says where it is.

use std::path::{Path, PathBuf};

use secrecy::SecretString;
use serde::Deserialize;

/// Where a secret is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum Secret {
    /// `{ env = "NAME" }`: in an environment variable.
    Environment {
        /// The variable.
        env: String,
    },
    /// `{ file = "PATH" }`: in a file, without the line break at its end.
    File {
        /// The file; relative to the folder of the config.
        file: PathBuf,
    },
}

impl Secret {
    /// Fetches the secret. `folder` is the one of the config file.
    ///
    /// # Errors
    /// Where it is missing, without what it is.
    pub fn fetch(&self, folder: &Path) -> Result<SecretString, String> {
        let found = match self {
            Self::Environment { env } => {
                std::env::var(env).map_err(|_| format!("the environment variable `{env}` is not set"))?
            }
            Self::File { file } => {
                let path = folder.join(file);
                let text = std::fs::read_to_string(&path);
                text.map_err(|error| format!("the secret in {} cannot be read: {error}", path.display()))?
            }
        };
        let found = found.trim_end_matches(['\n', '\r']);
        if found.is_empty() {
            return Err(match self {
                Self::Environment { env } => format!("the environment variable `{env}` is empty"),
                Self::File { file } => format!("the secret in {} is empty", file.display()),
            });
        }
        Ok(found.into())
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    fn read(toml: &str, folder: &Path) -> Result<SecretString, String> {
        #[derive(Deserialize)]
        struct Holder {
            secret: Secret,
        }
        toml::from_str::<Holder>(toml).map_err(|error| error.to_string())?.secret.fetch(folder)
    }

    #[test]
    fn a_secret_comes_from_a_file_without_its_line_break() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("token"), "s3cret\n").unwrap();
        let secret = read("secret = { file = \"token\" }", folder.path()).unwrap();
        assert_eq!(secret.expose_secret(), "s3cret");
        assert!(!format!("{secret:?}").contains("s3cret"));
    }

    #[test]
    fn what_is_missing_is_named_and_a_plain_secret_is_refused() {
        let folder = Path::new("/nowhere");
        assert!(
            read("secret = { env = \"OSPO_NO_SUCH_VARIABLE\" }", folder).unwrap_err().contains("not set")
        );
        assert!(read("secret = { file = \"token\" }", folder).unwrap_err().contains("/nowhere/token"));
        assert!(read("secret = \"s3cret\"", folder).is_err());
    }
}
