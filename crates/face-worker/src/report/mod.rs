//! How good the engine is on pictures of one's own: error rates at every threshold, and how sure they are.
//!
//! | module | idea |
//! |---|---|
//! | `pairs` | which pictures are of one person, and which are not |
//! | `describer`, `protocol`, `process`, `crew` | every picture described once, in locked-down processes on all cores |
//! | `head`, `chip` | what a card's chip would hold of a picture |
//! | `findings` | which pairs could be compared, and their distances |
//! | `rates`, `bounds`, `equal_error` | the statistics |
//! | `table`, `histogram`, `det`, `chart` | what is shown |
//! | `progress`, `stop` | a long run |

mod bounds;
mod chart;
mod chip;
mod crew;
mod describer;
mod det;
mod equal_error;
mod findings;
mod head;
mod histogram;
mod pairs;
mod process;
mod progress;
mod protocol;
mod rates;
mod stop;
mod table;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use chart::DrawError;
use chip::Encoder;
use crew::{Crew, CrewError, Described, Task};
use findings::Plan;
use pairs::Pairs;
use process::Program;
use progress::Progress;
use table::{Table, why};

use crate::rules::Thresholds;

pub use chip::ChipError;
pub use describer::describe;
pub use pairs::PairsError;
pub use process::StartError;
pub use stop::STOPPED;

/// What is measured, and how.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// CSV file with the header file_a,file_b,same,source: two pictures; 1 or true if they show one person, else 0 or
    /// false; a name under which such pairs are counted
    #[arg(long)]
    pairs: PathBuf,
    /// The folder in which file_a and file_b are
    #[arg(long)]
    images: PathBuf,
    /// First turn file_a into what a card's chip holds: the head in 240x300, grey, JPEG 2000 of about so many bytes
    #[arg(long, value_name = "BYTES", value_parser = clap::value_parser!(u32).range(500..=60_000))]
    grey_j2k: Option<u32>,
    /// The folder for histogram.svg and det.svg
    #[arg(long, default_value = ".")]
    out: PathBuf,
    /// Below this distance two faces are one person's
    #[arg(long, default_value = "0.50", value_parser = distance)]
    accept: f32,
    /// Above this distance they are two people's
    #[arg(long, default_value = "0.60", value_parser = distance)]
    refuse: f32,
}

fn distance(text: &str) -> Result<f32, &'static str> {
    let distance: f32 = text.parse().map_err(|_| "not a number")?;
    if (0.0..=2.0).contains(&distance) { Ok(distance) } else { Err("a distance is between 0 and 2") }
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The pairs file is no good.
    #[error("{path}: {error}", path = path.display())]
    Pairs {
        /// The file.
        path: PathBuf,
        /// Why.
        error: PairsError,
    },
    /// A folder or a file in it is no good.
    #[error("{path}: {error}", path = path.display())]
    Path {
        /// Which.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The thresholds contradict each other.
    #[error("--accept is above --refuse")]
    Thresholds,
    /// No portraits can be made.
    #[error(transparent)]
    Chip(#[from] ChipError),
    /// No engine can be had.
    #[error(transparent)]
    Engine(#[from] StartError),
    /// A picture of the results cannot be drawn.
    #[error(transparent)]
    Draw(#[from] DrawError),
    /// The report cannot be written where it should be.
    #[error("the report cannot be written: {0}")]
    Output(#[from] io::Error),
    /// No pair could be compared.
    #[error("nothing is left to compare")]
    NothingLeft,
    /// A picture of a comparison cannot be used.
    #[error("{path}: {reason}", path = path.display())]
    Picture {
        /// Which.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// Somebody asked to stop.
    #[error("stopped; nothing was written")]
    Stopped,
}

impl From<CrewError> for ReportError {
    fn from(error: CrewError) -> Self {
        match error {
            CrewError::Start(error) => Self::Engine(error),
            CrewError::Chip(error) => Self::Chip(error),
            CrewError::Stopped => Self::Stopped,
        }
    }
}

/// Measures, and writes the table to `out` and both pictures to their folder.
///
/// # Errors
/// [`ReportError`]. What could be said of the pairs has been written even where nothing is left to compare.
pub fn report(arguments: &Arguments, models: &Path, out: &mut impl Write) -> Result<(), ReportError> {
    let Arguments { pairs, images, grey_j2k, out: folder, accept, refuse } = arguments;
    let thresholds = Thresholds { accept: *accept, refuse: *refuse };
    if accept > refuse {
        return Err(ReportError::Thresholds);
    }
    // Whatever can fail at once does so before the long run.
    let read = Pairs::read(pairs).map_err(|error| ReportError::Pairs { path: pairs.clone(), error })?;
    let stop = stop::on_signals()?;
    let about = |path: &Path| {
        let path = path.to_owned();
        move |error| ReportError::Path { path, error }
    };
    std::fs::read_dir(images).map_err(about(images))?;
    std::fs::create_dir_all(folder).and_then(|()| tempfile::tempfile_in(folder)).map_err(about(folder))?;
    if let Some(bytes) = *grey_j2k {
        Encoder::new(bytes)?;
    }

    let plan = Plan::of(&read, images, grey_j2k.is_some());
    let described = on_all_cores(&plan.tasks, models, grey_j2k.unwrap_or_default(), stop)?;
    let findings = plan.compare(&read, described, thresholds);
    let (histogram, det) = (folder.join("histogram.svg"), folder.join("det.svg"));
    let compared = findings.sources.iter().any(|source| source.genuine + source.impostor > 0);
    if compared {
        for (path, svg) in [
            (&histogram, histogram::draw(&findings.distances, thresholds)?),
            (&det, det::draw(&findings.distances, thresholds)?),
        ] {
            write_whole(path, &svg).map_err(about(path))?;
        }
    }
    write!(out, "{}", Table { findings: &findings, thresholds, chip_bytes: *grey_j2k })?;
    if !compared {
        return Err(ReportError::NothingLeft);
    }
    writeln!(out, "\nPictures: {} and {}", histogram.display(), det.display())?;
    Ok(())
}

/// The distance of the faces on two pictures.
///
/// # Errors
/// [`ReportError`].
pub fn compare(files: [&Path; 2], models: &Path) -> Result<f32, ReportError> {
    let stop = stop::on_signals()?;
    let tasks = files.map(|path| Task { path: path.to_owned(), as_chip: false });
    let mut usable = Vec::new();
    for (path, described) in files.into_iter().zip(on_all_cores(&tasks, models, 0, stop)?) {
        let unusable = |reason| ReportError::Picture { path: path.to_owned(), reason: why(&reason) };
        usable.push(described.map_err(unusable)?);
    }
    Ok(usable[0].distance(&usable[1]))
}

fn on_all_cores(
    tasks: &[Task],
    models: &Path,
    chip_bytes: u32,
    stop: &AtomicBool,
) -> Result<Vec<Described>, ReportError> {
    // Faces as numbers are in this process's memory: no dump of it.
    let none = rustix::process::Rlimit { current: Some(0), maximum: Some(0) };
    rustix::process::setrlimit(rustix::process::Resource::Core, none).map_err(io::Error::from)?;
    let program = Program { path: std::env::current_exe()?, models: models.to_owned() };
    let processes = std::thread::available_parallelism().map_or(1, usize::from);
    let crew = Crew { program: &program, processes, chip_bytes, stop };
    Ok(crew.describe(tasks, &Progress::on_standard_error(tasks.len()))?)
}

/// Writes a file whole or not at all, for everybody to read as the user's mask has it.
fn write_whole(path: &Path, content: &str) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let permissions = std::fs::Permissions::from_mode(0o666);
    let mut file = tempfile::Builder::new().permissions(permissions).tempfile_in(folder)?;
    file.write_all(content.as_bytes())?;
    file.persist(path)?;
    Ok(())
}
