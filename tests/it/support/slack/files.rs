//! Files of the modelled workspace: uploaded in two steps, read with the token.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State as Shared};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use super::{BOT_TOKEN, Server};

pub(super) async fn upload(
    Shared(server): Shared<Arc<Server>>,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    let mut world = server.world.lock().unwrap();
    match world.uploads.get_mut(&id) {
        Some((_, content)) => {
            *content = body.to_vec();
            "OK".into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

pub(super) async fn download(
    Shared(server): Shared<Arc<Server>>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    if headers.get("authorization").and_then(|v| v.to_str().ok()) != Some(&format!("Bearer {BOT_TOKEN}")) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let world = server.world.lock().unwrap();
    if let Some(to) = world.redirects.get(&id) {
        return (StatusCode::FOUND, [("location", to.clone())]).into_response();
    }
    match world.files.get(&id) {
        Some(content) => content.clone().into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
