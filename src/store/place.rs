//! Where a store is: what a config or a command line names, and how it becomes an open store.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

#[cfg(feature = "postgres")]
use secrecy::SecretString;

#[cfg(feature = "postgres")]
use super::postgres::{self, PostgresStore};
use super::sled::SledStore;
use super::{Store, StoreError};

/// Where a store is. Shown to people, it names the directory, or the host and the database; never a password.
#[derive(Debug, Clone)]
pub enum StorePlace {
    /// A data directory, with sled.
    Sled(PathBuf),
    /// A PostgreSQL database, by its URL.
    #[cfg(feature = "postgres")]
    Postgres(SecretString),
}

impl StorePlace {
    /// Opens the store, and makes it where there is none.
    ///
    /// # Errors
    /// [`StoreError::InUse`], [`StoreError::TooNew`], [`StoreError::Failed`].
    pub async fn open(&self) -> Result<Arc<dyn Store>, StoreError> {
        Ok(match self {
            Self::Sled(data) => Arc::new(SledStore::open(data)?),
            #[cfg(feature = "postgres")]
            Self::Postgres(url) => Arc::new(PostgresStore::connect(url).await?),
        })
    }

    /// Opens the store, but makes none where there is none.
    ///
    /// # Errors
    /// [`StoreError::Missing`]; those of [`StorePlace::open`].
    pub async fn open_existing(&self) -> Result<Arc<dyn Store>, StoreError> {
        match self {
            Self::Sled(data) if SledStore::exists(data) => self.open().await,
            Self::Sled(data) => Err(StoreError::Missing { place: data.display().to_string() }),
            #[cfg(feature = "postgres")]
            Self::Postgres(url) => Ok(Arc::new(PostgresStore::connect_existing(url).await?)),
        }
    }
}

impl fmt::Display for StorePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sled(data) => data.display().fmt(f),
            #[cfg(feature = "postgres")]
            Self::Postgres(url) => f.write_str(&postgres::name(url)),
        }
    }
}
