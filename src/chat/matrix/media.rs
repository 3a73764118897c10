//! What comes with a message: fetched up to a limit, and decrypted.

use std::io::Read;

use matrix_sdk::ruma::OwnedMxcUri;
use matrix_sdk::ruma::events::room::MediaSource;
use matrix_sdk_crypto::AttachmentDecryptor;

use super::{MatrixAdapter, texts};
use crate::chat::DeliveryError;
use crate::core::event::FileRef;

/// Where files are: with a login since Matrix 1.11, and without before.
/// Source: <https://spec.matrix.org/v1.16/client-server-api/#get_matrixclientv1mediadownloadservernamemediaid>.
const PATHS: [&str; 2] = ["_matrix/client/v1/media/download", "_matrix/media/v3/download"];

impl MatrixAdapter {
    /// The content of a file, never more than `limit` bytes of it.
    pub(super) async fn file(&self, file: &FileRef, limit: u64) -> Result<Vec<u8>, DeliveryError> {
        let refused = |why: &str| DeliveryError::Refused { why: why.to_owned() };
        if file.size.is_some_and(|size| size > limit) {
            return Err(refused(&texts::too_large(limit)));
        }
        let source: MediaSource = serde_json::from_str(&file.id).map_err(|_| DeliveryError::Gone)?;
        match source {
            MediaSource::Plain(address) => self.download(&address, limit).await,
            MediaSource::Encrypted(encrypted) => {
                let bytes = self.download(&encrypted.url, limit).await?;
                let mut read = bytes.as_slice();
                let mut decrypted = Vec::with_capacity(read.len());
                let mut decryptor = AttachmentDecryptor::new(&mut read, (*encrypted).into())
                    .map_err(|_| refused(texts::UNDECRYPTABLE))?;
                decryptor.read_to_end(&mut decrypted).map_err(|_| refused(texts::UNDECRYPTABLE))?;
                Ok(decrypted)
            }
        }
    }

    async fn download(&self, address: &OwnedMxcUri, limit: u64) -> Result<Vec<u8>, DeliveryError> {
        let (server, id) = address.parts().map_err(|_| DeliveryError::Gone)?;
        let again = |why: matrix_sdk::reqwest::Error| DeliveryError::Retry {
            why: why.without_url().to_string(),
            after: None,
        };
        let token = self.client.access_token().unwrap_or_default();
        for path in PATHS {
            let mut url = self.client.homeserver();
            url.set_path(&format!("{}/{path}/{server}/{id}", url.path().trim_end_matches('/')));
            let request = self.client.http_client().get(url).bearer_auth(&token);
            let mut response = request.send().await.map_err(again)?;
            match response.status().as_u16() {
                404 => continue,
                401 | 403 => return Err(DeliveryError::Refused { why: texts::refused("M_FORBIDDEN") }),
                _ => {}
            }
            response = response.error_for_status().map_err(again)?;
            let mut bytes = Vec::new();
            while let Some(chunk) = response.chunk().await.map_err(again)? {
                if (bytes.len() + chunk.len()) as u64 > limit {
                    return Err(DeliveryError::Refused { why: texts::too_large(limit) });
                }
                bytes.extend_from_slice(&chunk);
            }
            return Ok(bytes);
        }
        Err(DeliveryError::Gone)
    }
}
