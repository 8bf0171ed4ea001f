//! The model files: nothing is loaded that has another digest than the one it should have.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use aws_lc_rs::digest::{SHA256, digest};
use face_dlib_sys::{DlibError, Engine};

/// One model file.
#[derive(Clone, Copy, Debug)]
struct Model {
    file: &'static str,
    bytes: usize,
    sha256: &'static str,
}

/// Five points; the model with 68 excludes commercial use.
const SHAPE: Model = Model {
    file: "shape_predictor_5_face_landmarks.dat",
    bytes: 9_150_489,
    sha256: "c4b1e9804792707d3a405c2c16a80a20269e6675021f64a41d30fffafbc41888",
};
const NETWORK: Model = Model {
    file: "dlib_face_recognition_resnet_model_v1.dat",
    bytes: 22_466_066,
    sha256: "55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30",
};

/// Why there is no engine.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// A file cannot be read.
    #[error("{path}: {error} (`make models` brings it)", path = path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why not.
        error: io::Error,
    },
    /// A file is not the one it should be.
    #[error("{path}: not the model it should be, its SHA-256 is {found} (`make models` brings it)", path = path.display())]
    Another {
        /// The file.
        path: PathBuf,
        /// Its digest.
        found: String,
    },
    /// dlib does not take them.
    #[error("the models cannot be loaded: {0}")]
    Unloadable(#[from] DlibError),
}

/// Reads, checks and loads both models.
///
/// # Errors
/// [`ModelError`].
pub fn load(folder: &Path) -> Result<Engine, ModelError> {
    let shape = read(folder, SHAPE)?;
    let network = read(folder, NETWORK)?;
    Ok(Engine::load(&shape, &network)?)
}

fn read(folder: &Path, model: Model) -> Result<Vec<u8>, ModelError> {
    let path = folder.join(model.file);
    let mut bytes = Vec::with_capacity(model.bytes + 1);
    let limit = model.bytes as u64 + 1;
    match File::open(&path).and_then(|file| file.take(limit).read_to_end(&mut bytes)) {
        Ok(_) => {}
        Err(error) => return Err(ModelError::Unreadable { path, error }),
    }
    let found = hex::encode(digest(&SHA256, &bytes));
    if found == model.sha256 { Ok(bytes) } else { Err(ModelError::Another { path, found }) }
}
