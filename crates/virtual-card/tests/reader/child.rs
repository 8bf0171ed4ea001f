//! A test in a process of its own: the PC/SC library reads its socket's name from the environment, once.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use virtual_card::reader::{PortPair, PrivateReaders, SOCKET_VARIABLE};

/// Set in the child only.
const IN_CHILD: &str = "READER_TEST_SOCKET";

/// Runs the body of the test `name` in a child whose smart card service would be at the socket handed
/// to it. The child is ended after a minute: the stack itself knows no time limit.
pub(crate) fn with_socket(name: &str, body: impl FnOnce(&Path)) {
    if let Some(socket) = env::var_os(IN_CHILD) {
        return body(&PathBuf::from(socket));
    }
    let folder = tempfile::Builder::new().prefix("reader-test-").tempdir().unwrap();
    let socket = folder.path().join("pcscd.comm");
    let output = Command::new("timeout")
        .args(["--kill-after=5", "60"])
        .arg(env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture"])
        .env(IN_CHILD, &socket)
        .env(SOCKET_VARIABLE, &socket)
        .output()
        .unwrap();
    let [said, complained] = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes));
    assert!(output.status.success() && said.contains("1 passed"), "{said}\n{complained}");
}

/// The same with two empty readers.
pub(crate) fn with_readers(name: &str, body: impl FnOnce(PrivateReaders)) {
    with_socket(name, |socket| {
        body(PrivateReaders::start(PortPair::any().unwrap(), Some(socket)).unwrap());
    });
}
