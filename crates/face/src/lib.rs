//! The face engine as the server sees it: a port ([`FaceEngine`]) and what it answers.
//!
//! No picture is decoded in this crate: pictures are hostile, and what decodes them runs in a process of its own.

pub mod contract;
pub mod limits;
pub mod pool;
mod port;
pub mod poses;
pub mod protocol;
pub mod testing;

pub use pool::{Pool, Settings, StartError};
pub use port::{
    EngineError, FaceEngine, Finding, FitFaces, FrontFinding, Inspection, Picture, Pose, Sitting, Unfit,
    UnfitReason, Which,
};
