//! `[face]`: the face engine, for bookings of the signature PIN.

use std::path::PathBuf;

use figment::value::magic::RelativePathBuf;
use serde::Deserialize;

/// `[face]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Face {
    program: Option<RelativePathBuf>,
    models: Option<RelativePathBuf>,
    /// Attempts that are worked on at once; one per core unless it is set.
    pub workers: Option<usize>,
    /// Requests that wait for a worker, eight for each unless it is set; one more is told to come back.
    pub queue: Option<usize>,
    /// Below this distance two faces are one person's.
    pub accept: f32,
    /// Above this distance they are two people's; between the two nobody can tell, which counts as no match.
    pub refuse: f32,
}

impl Default for Face {
    fn default() -> Self {
        Self { program: None, models: None, workers: None, queue: None, accept: 0.50, refuse: 0.60 }
    }
}

impl Face {
    /// The engine's program, if the settings name one.
    pub fn program(&self) -> Option<PathBuf> {
        self.program.as_ref().map(RelativePathBuf::relative)
    }

    /// The directory of the model files, if the settings name one.
    pub fn models(&self) -> Option<PathBuf> {
        self.models.as_ref().map(RelativePathBuf::relative)
    }
}
